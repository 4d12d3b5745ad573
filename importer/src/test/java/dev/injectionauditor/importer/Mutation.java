package dev.injectionauditor.importer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Changes a line of JSON at random: most often so that it stays JSON, sometimes not. */
final class Mutation {

    private static final byte[] BYTES = {
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        ' ',
        '\t',
        '\r',
        '0',
        '9',
        '-',
        '.',
        'e',
        'n',
        'u',
        0,
        0x1f,
        0x7f,
        (byte) 0x80,
        (byte) 0xbf,
        (byte) 0xc0,
        (byte) 0xc3,
        (byte) 0xe2,
        (byte) 0xed,
        (byte) 0xf0,
        (byte) 0xff
    };

    private static final List<String> VALUES = List.of(
            "0",
            "-0",
            "00",
            "-",
            "7",
            "201",
            "-201",
            "1.5",
            "1.",
            "1e5",
            "123456789",
            "2147483648",
            "999999999999999999",
            "12345678901234567890",
            "true",
            "false",
            "null",
            "nul",
            "truex",
            "\"\"",
            "\"\\u0041\"",
            "\"\\u00b5s\"",
            "\"\\ud800\"",
            "\"\\u12\"",
            "\"\\x\"",
            "\"\\n\\t\\b\\f\\r\\/\\\"\\\\\"",
            "\"\u00b5\u20ac\"",
            "\"\ud83d\ude00\"",
            "{}",
            "[]",
            "[1,2,[\"a\",{}]]",
            "[1,]",
            "[,1]",
            "{\"a\":1,}",
            "{\"a\" : 1}",
            "{\"code\":201}",
            "{\"resource\":\"pods\"}",
            "\"pods\"",
            "\"create\"",
            "\"patch\"",
            "\"Event\"",
            "[[[[[{\"a\":[[]]}]]]]]",
            "[".repeat(70) + "]".repeat(70),
            "[".repeat(600) + "]".repeat(600));

    private static final List<String> NAMES = List.of(
            "kind",
            "apiVersion",
            "auditID",
            "stage",
            "verb",
            "requestURI",
            "stageTimestamp",
            "responseStatus",
            "code",
            "objectRef",
            "annotations",
            "responseObject",
            "metadata",
            "name",
            "uid",
            "apiGroup",
            "subresource",
            "other",
            "",
            "\\u0076erb",
            "v\\u0065rb",
            "\u00b5",
            "failed-open.mutation.webhook.admission.k8s.io/x",
            "mutation.webhook.admission.k8s.io/x",
            "n".repeat(2_000));

    private final Random random;

    Mutation(Random random) {
        this.random = random;
    }

    byte[] of(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
            bytes = changed(bytes);
        }
        return bytes;
    }

    private byte[] changed(byte[] line) {
        int at = random.nextInt(line.length);
        return switch (random.nextInt(10)) {
            case 0 -> part(line, 0, Math.max(at, 1));
            case 1 -> replaced(line, at, at + 1, randomByte());
            case 2 -> replaced(line, at, at, randomByte());
            case 3 -> replaced(line, at, Math.min(at + random.nextInt(1, 40), line.length), new byte[] {'"'});
            case 4 -> shuffled(line);
            default -> withField(line, at);
        };
    }

    private byte[] randomByte() {
        return new byte[] {random.nextBoolean() ? BYTES[random.nextInt(BYTES.length)] : (byte) random.nextInt(256)};
    }

    /** Another field or value before one that is there: at a comma that is, as far as can be seen, not in a text. */
    private byte[] withField(byte[] line, int near) {
        String text = new String(line, StandardCharsets.UTF_8);
        String value = VALUES.get(random.nextInt(VALUES.size()));
        if (random.nextBoolean()) {
            int colon = text.indexOf("\":", Math.min(near, text.length()));
            if (colon > 0) {
                return (text.substring(0, colon + 2) + value + ",\"old\":" + text.substring(colon + 2))
                        .getBytes(StandardCharsets.UTF_8);
            }
        }
        int comma = text.indexOf(",\"", random.nextInt(4) == 0 ? 0 : Math.min(near, text.length()));
        String field = "\"" + NAMES.get(random.nextInt(NAMES.size())) + "\":" + value;
        return comma < 0
                ? (text + field).getBytes(StandardCharsets.UTF_8)
                : (text.substring(0, comma + 1) + field + text.substring(comma)).getBytes(StandardCharsets.UTF_8);
    }

    /** The fields of the event, and of the objects in it, in another order. */
    private byte[] shuffled(byte[] line) {
        try {
            return JsonMapper.shared()
                    .writeValueAsBytes(shuffled(JsonMapper.shared().readTree(line)));
        } catch (RuntimeException e) {
            return line;
        }
    }

    private JsonNode shuffled(JsonNode node) {
        if (!node.isObject()) {
            return node;
        }
        List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(node.properties());
        Collections.shuffle(fields, random);
        ObjectNode shuffled = JsonMapper.shared().createObjectNode();
        fields.forEach(field -> shuffled.set(field.getKey(), shuffled(field.getValue())));
        return shuffled;
    }

    private static byte[] part(byte[] line, int from, int until) {
        return Arrays.copyOfRange(line, from, until);
    }

    private static byte[] replaced(byte[] line, int from, int until, byte[] by) {
        byte[] replaced = new byte[from + by.length + line.length - until];
        System.arraycopy(line, 0, replaced, 0, from);
        System.arraycopy(by, 0, replaced, from, by.length);
        System.arraycopy(line, until, replaced, from + by.length, line.length - until);
        return replaced;
    }
}
