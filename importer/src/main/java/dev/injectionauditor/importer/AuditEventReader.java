package dev.injectionauditor.importer;

import dev.injectionauditor.importer.Line.Reason;
import dev.injectionauditor.importer.Line.Skipped;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads one audit event as a stream, and of it only what counts. */
final class AuditEventReader {

    private static final Line NOT_JSON = new Skipped(Reason.NOT_JSON);

    private final JsonTexts texts;

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
            event.read(name, json);
            Reason reason = event.passOver();
            if (reason != null) {
                return new Skipped(reason);
            }
        }
        return event.line();
    }

    /** The webhook that the value of an annotation names: JSON in a string. */
    private @Nullable String webhook(String value) {
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
