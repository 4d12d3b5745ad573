package dev.injectionauditor.schema;

import java.time.DateTimeException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Decodes events in the form in which {@link EventCodec} writes them, type before payload, without a tree in between;
 * those that come in great numbers field by field, which takes a third of the time. Whatever is not in that form it
 * leaves to the codec, which knows what is wrong with it, if anything.
 */
final class SinglePass {

    private final JsonMapper json;
    private final Known known = new Known();
    private final Map<EventType, Function<JsonParser, Event>> payloads = new EnumMap<>(EventType.class);

    SinglePass(JsonMapper json) {
        this.json = json;
        for (EventType type : EventType.values()) {
            payloads.put(type, payload(type));
        }
    }

    private Function<JsonParser, Event> payload(EventType type) {
        return switch (type) {
            case ADMISSION -> parser -> AdmissionFields.read(new Fields(parser, known));
            case POD -> {
                PodFields pods = new PodFields(json);
                yield parser -> pods.read(new Fields(parser, known));
            }
            case SIGNAL -> {
                SignalFields signals = new SignalFields(json);
                yield parser -> signals.read(new Fields(parser, known));
            }
            case MISSED, OUTAGE, RECREATION_REQUEST, RECREATION_RESULT -> {
                // What follows the payload is the rest of the envelope.
                ObjectReader reader =
                        json.readerFor(type.payload()).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
                yield reader::readValue;
            }
        };
    }

    /** The event; nothing if the bytes are not in the usual form. */
    Optional<CloudEvent> decode(byte[] bytes) {
        try (JsonParser parser = json.createParser(bytes)) {
            return new Envelope().read(parser);
        } catch (JacksonException | Fields.UnusualException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private final class Envelope {

        private @Nullable String specversion;
        private @Nullable String id;
        private @Nullable String source;
        private @Nullable String type;
        private @Nullable String subject;
        private @Nullable String time;
        private @Nullable Event data;

        Optional<CloudEvent> read(JsonParser parser) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                if (!attribute(name, parser.nextToken(), parser)) {
                    return Optional.empty();
                }
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
                return Optional.empty();
            }
            return EventCodec.SPEC_VERSION.equals(specversion) && id != null && source != null && data != null
                    ? Optional.of(new CloudEvent(
                            id,
                            known.same(WatchedWebhook.ofSource(source)),
                            subject,
                            time == null ? null : Timestamp.parse(time),
                            data))
                    : Optional.empty();
        }

        private boolean attribute(String name, JsonToken value, JsonParser parser) {
            if (name.equals("data")) {
                return value == JsonToken.START_OBJECT && data == null && readData(parser);
            }
            if (value != JsonToken.VALUE_STRING) {
                return false;
            }
            switch (name) {
                case "specversion" -> specversion = parser.getString();
                case "id" -> id = parser.getString();
                case "source" -> source = parser.getString();
                case "type" -> type = parser.getString();
                case "subject" -> subject = parser.getString();
                case "time" -> time = parser.getString();
                default -> {
                    // An attribute that does not matter here.
                }
            }
            return true;
        }

        private boolean readData(JsonParser parser) {
            Optional<EventType> ofContract = type == null ? Optional.empty() : EventType.ofCloudEventsType(type);
            ofContract.ifPresent(payload -> data = payloads.get(payload).apply(parser));
            return data != null;
        }
    }
}
