package dev.injectionauditor.schema;

/** Bytes that are not an event of the contract. The message says why in one line and quotes no payload. */
public final class InvalidEventException extends Exception {

    private static final long serialVersionUID = 1L;

    InvalidEventException(String reason) {
        super(reason);
    }
}
