package dev.injectionauditor.importer;

import java.util.function.Function;

/** How JSON texts are read. */
interface JsonTexts {

    /**
     * Reads a text.
     *
     * @param reading takes what it wants of the text; may be called again from the start, and need not read to the end
     * @param broken the result if the text is no JSON, as far as it was read
     */
    <T> T read(byte[] bytes, int offset, int length, Function<Json, T> reading, T broken);
}
