package dev.injectionauditor.schema;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * The fields of a JSON object and of those in it, one after the other, each by its name and then its value. A value of
 * another kind than asked for is refused, even if Jackson would make one of that kind of it.
 */
final class Fields {

    /** Of a number that may not be missing: the records refuse it. */
    static final int MISSING = -1;

    private static final int LONGEST_NAME = 253;

    private final JsonParser parser;
    private final Known known;

    /** The JSON is not as {@link EventCodec} writes it. */
    static final class UnusualException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnusualException() {
            super(null, null, false, false);
        }
    }

    /** @param parser at the beginning of an object */
    Fields(JsonParser parser, Known known) {
        this.parser = parser;
        this.known = known;
    }

    /** The names of the constants of an enum in JSON. */
    static <E extends Enum<E>> Map<String, E> names(JsonMapper json, Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .collect(Collectors.toUnmodifiableMap(
                        constant -> json.convertValue(constant, String.class), Function.identity()));
    }

    /** The name of the next field, whose value is to be read or skipped next; null at the end of the object. */
    @Nullable String next() {
        return parser.nextName();
    }

    /** Goes into the object that is the next value, as far as its end. */
    Fields object() {
        expect(JsonToken.START_OBJECT);
        return this;
    }

    /** Passes over the next value. */
    void skip() {
        parser.nextToken();
        parser.skipChildren();
    }

    String text() {
        expect(JsonToken.VALUE_STRING);
        return parser.getString();
    }

    /** A text that other events have, too. */
    String name() {
        return name(text());
    }

    private String name(String text) {
        // No name in Kubernetes is longer, and what is remembered stays in memory.
        return text.length() <= LONGEST_NAME ? known.same(text) : text;
    }

    List<String> names() {
        expect(JsonToken.START_ARRAY);
        List<String> names = new ArrayList<>();
        while (parser.nextToken() == JsonToken.VALUE_STRING) {
            names.add(name(parser.getString()));
        }
        require(parser.currentToken() == JsonToken.END_ARRAY);
        return names;
    }

    int integer() {
        expect(JsonToken.VALUE_NUMBER_INT);
        return parser.getIntValue();
    }

    long number() {
        expect(JsonToken.VALUE_NUMBER_INT);
        return parser.getLongValue();
    }

    boolean bool() {
        JsonToken value = parser.nextToken();
        require(value == JsonToken.VALUE_TRUE || value == JsonToken.VALUE_FALSE);
        return value == JsonToken.VALUE_TRUE;
    }

    /** @throws java.time.DateTimeException if the value is a text, but no time */
    Instant time() {
        return Timestamp.parse(text());
    }

    /** @throws IllegalArgumentException if the value is a text, but no uid */
    UUID uid() {
        String text = text();
        UUID uid = UUID.fromString(text);
        // Java takes shorter parts, too.
        require(uid.toString().equalsIgnoreCase(text));
        return uid;
    }

    /** One object for all events that have the same value. */
    <T> T same(T value) {
        return known.same(value);
    }

    <E extends Enum<E>> E constant(Map<String, E> names) {
        E constant = names.get(text());
        require(constant != null);
        return constant;
    }

    private void expect(JsonToken token) {
        require(parser.nextToken() == token);
    }

    static void require(boolean isUsual) {
        if (!isUsual) {
            throw new UnusualException();
        }
    }
}
