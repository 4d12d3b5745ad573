package dev.injectionauditor.importer;

import java.io.IOException;

/** A log that cannot be read, or not to its end. */
final class BadLogException extends IOException {

    private static final long serialVersionUID = 1L;

    BadLogException(IOException cause) {
        super(cause);
    }
}
