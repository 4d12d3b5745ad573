package dev.injectionauditor.webhook.admission;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * Texts of a Pod on their way into an event. The API server validates names only after admission, so they can be
 * anything here, while an event must always be encodable and small.
 */
final class EventText {

    // The longest name that Kubernetes allows (a DNS subdomain).
    private static final int MAX_LENGTH = 253;

    private EventText() {}

    /** The text itself if it can be a name, else cut to a length that can, with broken surrogate pairs replaced. */
    static String of(String text) {
        String cut = text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH);
        return new String(cut.getBytes(UTF_8), UTF_8);
    }

    static @Nullable String ofNullable(@Nullable String text) {
        return text == null ? null : of(text);
    }
}
