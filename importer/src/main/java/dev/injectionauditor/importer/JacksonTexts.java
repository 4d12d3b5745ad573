package dev.injectionauditor.importer;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads any JSON. */
final class JacksonTexts implements JsonTexts {

    private final JsonFactory factory = new JsonFactory();

    @Override
    public <T> T read(byte[] bytes, int offset, int length, Function<Json, T> reading, T broken) {
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), bytes, offset, length)) {
            parser.nextToken();
            return reading.apply(new Text(parser));
        } catch (JacksonException e) {
            return broken;
        }
    }

    private record Text(JsonParser parser) implements Json {

        @Override
        public boolean enter() {
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                return true;
            }
            parser.skipChildren();
            return false;
        }

        @Override
        public @Nullable String nextName() {
            String name = parser.nextName();
            if (name != null) {
                parser.nextToken();
            }
            return name;
        }

        @Override
        public @Nullable String text() {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                return parser.getString();
            }
            parser.skipChildren();
            return null;
        }

        @Override
        public int integer(int other) {
            if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                return parser.getValueAsInt();
            }
            parser.skipChildren();
            return other;
        }

        @Override
        public void skip() {
            parser.skipChildren();
        }
    }
}
