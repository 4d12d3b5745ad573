package dev.injectionauditor.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What is read in one pass must be what is read by way of a tree, which does it by Jackson's rules alone. */
class SinglePassTest {

    private static final JsonMapper JSON = EventCodec.mapper();
    private static final List<String> OTHER_THAN_TEXTS = List.of(
            "null true false 0 1 -1 1.0 1e3 2147483648 9223372036854775808 {} [] [\"web\"] [1] [null] {\"uid\":1}"
                    .split(" "));

    /** Among them those that Jackson takes for other kinds of values, and those that nearly are a uid or a time. */
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "x",
            "1",
            "true",
            "ACTIVE",
            "active",
            "gone",
            "rules",
            "plan",
            "f79d6eb0-6639-4d1e-95d7-91bd7db98806",
            "F79D6EB0-6639-4D1E-95D7-91BD7DB98806",
            "f79d6eb0-6639-4d1e-95d7-91bd7db9880g",
            "+79d6eb0-6639-4d1e-95d7-91bd7db98806",
            "f79d6eb06639-4d1e-95d7-91bd7-db98806",
            "1-1-1-1-1",
            "Vt1uxg3oQ0a3t2hcZ6nS8g==",
            "2026-11-23T06:43:14Z",
            "2026-11-23T06:43:14.1Z",
            "2026-11-23T06:43:14+01:00",
            "2026-11-23T06:43:14",
            "2026-02-30T00:00:00Z",
            "1790000000");

    private final EventCodec codec = new EventCodec();
    private final SinglePass singlePass = new SinglePass(JSON);

    static Stream<Event> events() {
        return Samples.events().stream();
    }

    /** An event, or why it is none. */
    private record Outcome(
            @Nullable CloudEvent event, @Nullable String reason) {}

    @ParameterizedTest
    @MethodSource("events")
    void shouldReadEveryKindOfValueAsTheTreeDoes(Event event) {
        // Given an event, in which each field in turn has each of the values, or is missing
        String usual = new String(codec.encode(CloudEvent.of(Samples.SOURCE, event)), UTF_8);
        int inOnePass = 0;
        int refused = 0;
        for (List<String> path : paths(JSON.readTree(usual), List.of())) {
            for (Consumer<ObjectNode> change : changes(path.getLast())) {
                byte[] changed = changed(usual, path, change);

                // When
                Optional<CloudEvent> read = singlePass.decode(changed);

                // Then
                Outcome wanted = outcome(changed);
                if (read.isPresent()) {
                    assertThat(new Outcome(read.get(), null))
                            .as(() -> new String(changed, UTF_8))
                            .isEqualTo(wanted);
                    inOnePass++;
                } else if (wanted.event() == null) {
                    refused++;
                }
            }
        }
        assertThat(inOnePass).isPositive();
        assertThat(refused).isPositive();
    }

    private Outcome outcome(byte[] record) {
        try {
            return new Outcome(codec.decodeTree(record), null);
        } catch (InvalidEventException e) {
            return new Outcome(null, e.getMessage());
        }
    }

    private static List<Consumer<ObjectNode>> changes(String field) {
        List<Consumer<ObjectNode>> changes = new ArrayList<>();
        changes.add(parent -> parent.remove(field));
        OTHER_THAN_TEXTS.forEach(value -> changes.add(parent -> parent.set(field, JSON.readTree(value))));
        TEXTS.forEach(text -> changes.add(parent -> parent.put(field, text)));
        return changes;
    }

    private static byte[] changed(String usual, List<String> path, Consumer<ObjectNode> change) {
        JsonNode root = JSON.readTree(usual);
        JsonNode parent = root;
        for (String name : path.subList(0, path.size() - 1)) {
            parent = parent.get(name);
        }
        change.accept((ObjectNode) parent);
        return JSON.writeValueAsBytes(root);
    }

    /** The way to each field. */
    private static List<List<String>> paths(JsonNode node, List<String> way) {
        List<List<String>> paths = new ArrayList<>();
        node.propertyNames().forEach(name -> {
            List<String> path = Stream.concat(way.stream(), Stream.of(name)).toList();
            paths.add(path);
            paths.addAll(paths(node.get(name), path));
        });
        return paths;
    }
}
