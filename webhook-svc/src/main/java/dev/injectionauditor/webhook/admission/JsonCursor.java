package dev.injectionauditor.webhook.admission;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * Walks over JSON as a stream. A value of an unexpected type is noted and passed over, so that a reader can go on and
 * the caller decide whether it matters. All methods throw Jackson's unchecked {@code JacksonException} for bytes that
 * are not JSON.
 */
final class JsonCursor implements AutoCloseable {

    // Far deeper than any Pod: its type is fixed, and the deepest part (managedFields) repeats its shape.
    private static final int MAX_NESTING = 200;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_NESTING)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            // The API server sends UTF-8 and nothing else.
            .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            .build();

    private final JsonParser parser;
    private @Nullable String problem;

    /** Reads the value of one field; it must step over exactly that value. */
    @FunctionalInterface
    interface FieldReader {
        void read(String field) throws BadInputException;
    }

    /** Reads one element of an array; it must step over exactly that element. */
    @FunctionalInterface
    interface ElementReader {
        void read() throws BadInputException;
    }

    JsonCursor(byte[] json) {
        parser = JSON.createParser(ObjectReadContext.empty(), json);
        parser.nextToken();
    }

    /**
     * Reads the value if it is an object. Null is none; anything else is a problem, and passed over.
     *
     * @param path what to call the value in a problem
     * @param fields the fields to read, at most 31; all others are passed over
     * @return whether it was an object
     * @throws BadInputException if one of the fields is there twice. JSON parsers differ in which of the two they take,
     *     and the patch must fit what the API server took
     */
    boolean object(String path, List<String> fields, FieldReader reader) throws BadInputException {
        if (!enters(JsonToken.START_OBJECT, path, "an object")) {
            return false;
        }
        int seen = 0;
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            int index = fields.indexOf(name);
            if (index < 0) {
                parser.skipChildren();
                continue;
            }
            if ((seen & 1 << index) != 0) {
                throw new BadInputException(BadInput.DUPLICATE_FIELD, path + " has the field " + name + " twice");
            }
            seen |= 1 << index;
            reader.read(name);
        }
        return true;
    }

    /**
     * Reads the value if it is an array. Null is none; anything else is a problem, and passed over.
     *
     * @return whether it was an array
     */
    boolean array(String path, ElementReader reader) throws BadInputException {
        if (!enters(JsonToken.START_ARRAY, path, "an array")) {
            return false;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            reader.read();
        }
        return true;
    }

    private boolean enters(JsonToken start, String path, String expected) {
        JsonToken token = parser.currentToken();
        if (token != start && token != JsonToken.VALUE_NULL) {
            unexpected(path, expected);
        }
        return token == start;
    }

    /** Whether the value is an object; does not step anywhere. */
    boolean isObject() {
        return parser.currentToken() == JsonToken.START_OBJECT;
    }

    /** The value if it is a text. Null is null; anything else is a problem, and passed over. */
    @Nullable String text(String path) {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_STRING) {
            return parser.getString();
        }
        if (token != JsonToken.VALUE_NULL) {
            unexpected(path, "a text");
        }
        return null;
    }

    /** Like {@link #text}, and empty is null too: Go does not tell an empty text from an absent one. */
    @Nullable String textUnlessEmpty(String path) {
        String text = text(path);
        return text == null || text.isEmpty() ? null : text;
    }

    /** The value if it is true or false. Null is false; anything else is a problem, and passed over. */
    boolean flag(String path) {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE && token != JsonToken.VALUE_NULL) {
            unexpected(path, "true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    /** Passes over the value, whatever it is. */
    void skip() {
        parser.skipChildren();
    }

    /** Whether nothing follows the value. */
    boolean isAtEnd() {
        return parser.nextToken() == null;
    }

    /** The first problem since the last call, null if there was none. */
    @Nullable String takeProblem() {
        String taken = problem;
        problem = null;
        return taken;
    }

    private void unexpected(String path, String expected) {
        if (problem == null) {
            problem = path + " is not " + expected;
        }
        skip();
    }

    @Override
    public void close() {
        parser.close();
    }
}
