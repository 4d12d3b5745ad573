package dev.injectionauditor.webhook.admission;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Spoils AdmissionReviews: their bytes, or the tree of their fields. */
public final class Mutations {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** Fields that the webhook reads; most mutations happen there. */
    private static final Set<String> READ = Set.of(
            "kind apiVersion request uid resource group version subResource operation namespace name dryRun object metadata generateName annotations ownerReferences controller spec containers initContainers env"
                    .split(" "));

    private static final String TWICE = "twice:";
    private static final List<String> VALUES = List.of(
            "null",
            "7",
            "-1.5e300",
            "true",
            "\"\"",
            "\"x\"",
            "\"\\ud800\"",
            "\"KUBERNETES_SERVICE_HOST\"",
            "\"CREATE\"",
            "[]",
            "[null]",
            "[[]]",
            "{}",
            "{\"name\":\"KUBERNETES_SERVICE_HOST\"}",
            "{\"env\":[{\"name\":\"KUBERNETES_SERVICE_HOST\"}]}",
            "[{\"env\":null},null,{\"env\":[]}]",
            "[{\"name\":\"KUBERNETES_SERVICE_HOST\",\"value\":\"\"}]",
            "{\"annotations\":null}",
            "{\"annotations\":{\"injection-auditor.dev/admission\":\"x\",\"a~1b/c\":\"d\"}}",
            "[{\"controller\":true,\"uid\":\"" + Reviews.UID
                    + "\",\"kind\":\"a\",\"name\":\"b\",\"apiVersion\":\"c\"}]",
            "\"" + "long".repeat(1000) + "\"");

    private final Random random;

    /** @param random decides what is spoiled */
    public Mutations(Random random) {
        this.random = random;
    }

    /** The review with one to five changes to its bytes, most likely no JSON any more. */
    public byte[] ofBytes(byte[] review) {
        byte[] mutated = review;
        for (int i = 1 + random.nextInt(5); i > 0 && mutated.length > 0; i--) {
            mutated = spoil(mutated);
        }
        return mutated;
    }

    private byte[] spoil(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, at + 1 + random.nextInt(40));
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> join(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, to, bytes.length));
            case 2 -> join(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, at, bytes.length));
            case 3 -> with(bytes, at, (byte) random.nextInt(256));
            case 4 -> with(bytes, at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
            default -> with(bytes, at, (byte) "{}[]\",:\\0-".charAt(random.nextInt(10)));
        };
    }

    /** The review with one to four fields or elements removed, replaced or doubled; it is still JSON. */
    public byte[] ofFields(byte[] review) {
        JsonNode tree = JSON.readTree(review);
        if (random.nextInt(20) == 0) {
            ((ObjectNode) tree.get("request")).put("operation", "UPDATE");
        }
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            List<JsonNode> parents = new ArrayList<>();
            collect(tree, parents, random.nextInt(10) < 8);
            if (!parents.isEmpty()) {
                change(parents.get(random.nextInt(parents.size())));
            }
        }
        return JSON.writeValueAsString(tree).replace(TWICE, "").getBytes(UTF_8);
    }

    /** All objects and arrays that have something in them; only those that the webhook reads, if wanted. */
    private static void collect(JsonNode node, List<JsonNode> into, boolean onlyRead) {
        if (!node.isEmpty()) {
            into.add(node);
        }
        if (node instanceof ObjectNode object) {
            object.forEachEntry((name, value) -> {
                if (!onlyRead || READ.contains(name)) {
                    collect(value, into, onlyRead);
                }
            });
        } else {
            node.forEach(element -> collect(element, into, onlyRead));
        }
    }

    private void change(JsonNode parent) {
        if (parent instanceof ObjectNode object) {
            List<String> names = object.propertyNames().stream()
                    .filter(name -> random.nextInt(10) == 0 || READ.contains(name))
                    .toList();
            if (!names.isEmpty()) {
                change(object, names.get(random.nextInt(names.size())));
            }
        } else if (parent instanceof ArrayNode array) {
            int at = random.nextInt(array.size());
            switch (random.nextInt(3)) {
                case 0 -> array.remove(at);
                case 1 -> array.set(at, value());
                default -> array.insert(at, value());
            }
        }
    }

    private void change(ObjectNode object, String name) {
        switch (random.nextInt(4)) {
            case 0 -> object.remove(name);
            case 1 -> object.putNull(name);
            case 2 -> object.set(name, value());
            default ->
                object.set(
                        TWICE + name,
                        random.nextBoolean() ? value() : object.get(name).deepCopy());
        }
    }

    private JsonNode value() {
        return JSON.readTree(VALUES.get(random.nextInt(VALUES.size())));
    }

    private static byte[] with(byte[] bytes, int at, byte value) {
        byte[] copy = bytes.clone();
        copy[at] = value;
        return copy;
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
