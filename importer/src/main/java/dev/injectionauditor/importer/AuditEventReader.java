package dev.injectionauditor.importer;

import dev.injectionauditor.importer.Line.Reason;
import dev.injectionauditor.importer.Line.Skipped;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads one audit event as a stream, and of it only what counts. */
final class AuditEventReader {

    private static final Line NOT_JSON = new Skipped(Reason.NOT_JSON);

    private static final int MOST_WEBHOOKS = 1_000;

    private final JsonTexts texts;
    private final Map<String, Optional<String>> webhooks = new HashMap<>();

    AuditEventReader(JsonTexts texts) {
        this.texts = texts;
    }

    /**
     * Reads a line as far as is needed: of one that is passed over, the rest may be anything.
     *
     * @param line the bytes of a line from {@code offset} on, {@code length} of them
     */
    Line read(byte[] line, int offset, int length) {
        return texts.read(line, offset, length, this::event, NOT_JSON);
    }

    private Line event(Json json) {
        if (!json.enter()) {
            return NOT_JSON;
        }
        AuditEvent event = new AuditEvent(this::webhook);
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            Reason reason = event.read(name, json);
            if (reason != null) {
                return new Skipped(reason);
            }
        }
        return event.line();
    }

    /** The webhook that the value of an annotation names: JSON in a string. There are few different ones. */
    private @Nullable String webhook(String value) {
        Optional<String> known = webhooks.get(value);
        if (known == null) {
            if (webhooks.size() == MOST_WEBHOOKS) {
                webhooks.clear();
            }
            known = Optional.ofNullable(parsed(value));
            webhooks.put(value, known);
        }
        return known.orElse(null);
    }

    private @Nullable String parsed(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return texts.read(bytes, 0, bytes.length, AuditEventReader::webhook, null);
    }

    private static @Nullable String webhook(Json json) {
        String webhook = null;
        if (json.enter()) {
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                if (name.equals("webhook")) {
                    webhook = json.text();
                } else {
                    json.skip();
                }
            }
        }
        return webhook;
    }
}
