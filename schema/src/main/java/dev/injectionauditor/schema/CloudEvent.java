package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.required;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event in its CloudEvents 1.0 envelope.
 *
 * @param id unique per source and type; a consumer that has seen it drops a repeat
 * @param source the webhook and cluster it is about
 * @param subject what it is about, null if the producer did not say
 * @param time when it happened, null if the producer did not say
 * @param data the payload
 */
public record CloudEvent(
        String id,
        WatchedWebhook source,
        @Nullable String subject,
        @Nullable Instant time,
        Event data) {

    /** @throws IllegalArgumentException if a required attribute is missing */
    public CloudEvent {
        required("id", id);
        required("source", source);
        required("data", data);
        if (id.isEmpty()) {
            throw new IllegalArgumentException("id is empty");
        }
    }

    /** The envelope that the payload itself prescribes. */
    public static CloudEvent of(WatchedWebhook source, Event data) {
        return new CloudEvent(data.id(), source, data.subject(), data.time(), data);
    }
}
