package dev.injectionauditor.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Events as CloudEvents 1.0 in JSON, structured mode: the value of a Kafka record is the whole envelope and the record
 * has the header {@value #CONTENT_TYPE_HEADER}: {@value #CONTENT_TYPE}. Safe for use by many threads.
 */
public final class EventCodec {

    /** Name of the record header that the Kafka binding of CloudEvents asks for. */
    public static final String CONTENT_TYPE_HEADER = "content-type";

    /** Value of that header. */
    public static final String CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8";

    static final String SPEC_VERSION = "1.0";
    private static final int MAX_NESTING = 32;

    private final JsonMapper json = mapper();
    private final SinglePass singlePass = new SinglePass(json);

    static JsonMapper mapper() {
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(MAX_NESTING)
                                .build())
                        .build())
                .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .build();
    }

    /** The envelope and payload as JSON in UTF-8, without line breaks. */
    public byte[] encode(CloudEvent event) {
        ObjectNode envelope = json.createObjectNode();
        envelope.put("specversion", SPEC_VERSION);
        envelope.put("id", event.id());
        envelope.put("source", event.source().source());
        envelope.put("type", event.data().type().cloudEventsType());
        if (event.subject() != null) {
            envelope.put("subject", event.subject());
        }
        if (event.time() != null) {
            envelope.put("time", event.time().toString());
        }
        envelope.put("datacontenttype", "application/json");
        envelope.set("data", json.valueToTree(event.data()));
        return json.writeValueAsBytes(envelope);
    }

    /**
     * The inverse of {@link #encode}. Fields that this version does not know are passed over.
     *
     * @throws InvalidEventException if the bytes are not JSON, not a CloudEvent of this contract, or lack a field
     */
    public CloudEvent decode(byte @Nullable [] bytes) throws InvalidEventException {
        if (bytes == null) {
            throw new InvalidEventException("the record has no value");
        }
        Optional<CloudEvent> usual = singlePass.decode(bytes);
        return usual.isPresent() ? usual.get() : decodeTree(bytes);
    }

    /** Any form of JSON, and what is wrong with it. */
    CloudEvent decodeTree(byte[] bytes) throws InvalidEventException {
        JsonNode envelope = parse(bytes);
        if (!envelope.isObject()) {
            throw new InvalidEventException("not a JSON object");
        }
        if (!SPEC_VERSION.equals(text(envelope, "specversion"))) {
            throw new InvalidEventException("specversion is not " + SPEC_VERSION);
        }
        EventType type = EventType.ofCloudEventsType(required(envelope, "type"))
                .orElseThrow(() -> new InvalidEventException("type is not one of this contract"));
        try {
            return new CloudEvent(
                    required(envelope, "id"),
                    WatchedWebhook.ofSource(required(envelope, "source")),
                    text(envelope, "subject"),
                    time(envelope),
                    payload(envelope, type));
        } catch (IllegalArgumentException e) {
            throw new InvalidEventException(String.valueOf(e.getMessage()));
        }
    }

    private JsonNode parse(byte[] bytes) throws InvalidEventException {
        try {
            return json.readTree(bytes);
        } catch (JacksonException e) {
            throw new InvalidEventException("not JSON");
        }
    }

    private Event payload(JsonNode envelope, EventType type) throws InvalidEventException {
        JsonNode data = envelope.get("data");
        if (data == null || !data.isObject()) {
            throw new InvalidEventException("data is not a JSON object");
        }
        try {
            return json.treeToValue(data, type.payload());
        } catch (JacksonException e) {
            // Not only a DatabindException: a number may be out of range.
            throw new InvalidEventException(reason(e));
        }
    }

    /** What is wrong, and where; Jackson's own message could quote the payload. */
    private static String reason(JacksonException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalArgumentException && cause.getMessage() != null) {
                return "data: " + cause.getMessage();
            }
        }
        String path = e.getPath().stream()
                .map(step -> step.getPropertyName() != null ? step.getPropertyName() : "[" + step.getIndex() + "]")
                .collect(Collectors.joining("."));
        return "data does not fit its type" + (path.isEmpty() ? "" : " at " + path);
    }

    private static String required(JsonNode envelope, String attribute) throws InvalidEventException {
        String value = text(envelope, attribute);
        if (value == null) {
            throw new InvalidEventException(attribute + " is missing or not a text");
        }
        return value;
    }

    private static @Nullable String text(JsonNode envelope, String attribute) {
        JsonNode value = envelope.get(attribute);
        return value != null && value.isString() ? value.stringValue() : null;
    }

    private static @Nullable Instant time(JsonNode envelope) throws InvalidEventException {
        String time = text(envelope, "time");
        try {
            return time == null ? null : Instant.parse(time);
        } catch (DateTimeParseException e) {
            throw new InvalidEventException("time is not a timestamp");
        }
    }
}
