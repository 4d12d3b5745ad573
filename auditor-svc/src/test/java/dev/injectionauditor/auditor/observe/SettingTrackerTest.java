package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.Signal;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingTrackerTest {

    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");
    private static final String KEY = "injection-auditor.dev/recreation";

    private final List<Signal> told = new ArrayList<>();
    private final SettingTracker tracker = new SettingTracker(told::add, InstantSource.fixed(NOW));

    @Test
    void shouldTellOfEachNamespaceAtFirstSight() {
        tracker.onAdd(namespace("a", "1", Map.of()));
        tracker.onAdd(namespace("a", "2", Map.of(KEY, "plan")));

        assertThat(told)
                .containsExactly(
                        new Signal.RecreationSetting("shop", null, "1", NOW),
                        new Signal.RecreationSetting("shop", RecreationMode.PLAN, "2", NOW));
    }

    @Test
    void shouldTellOfChangesOnly() {
        Namespace silent = namespace("a", "1", Map.of("team", "x"));
        Namespace plan = namespace("a", "3", Map.of(KEY, "plan"));

        tracker.onUpdate(silent, namespace("a", "2", Map.of("team", "y")));
        tracker.onUpdate(silent, plan);
        tracker.onUpdate(plan, namespace("a", "4", Map.of()));
        tracker.onUpdate(silent, namespace("another", "5", Map.of()));

        assertThat(told)
                .containsExactly(
                        new Signal.RecreationSetting("shop", RecreationMode.PLAN, "3", NOW),
                        new Signal.RecreationSetting("shop", null, "4", NOW),
                        new Signal.RecreationSetting("shop", null, "5", NOW));
    }

    private static Namespace namespace(String uid, String version, Map<String, String> labels) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName("shop")
                .withUid(uid)
                .withResourceVersion(version)
                .withLabels(labels)
                .endMetadata()
                .build();
    }
}
