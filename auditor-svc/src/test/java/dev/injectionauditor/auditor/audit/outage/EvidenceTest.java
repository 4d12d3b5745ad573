package dev.injectionauditor.auditor.audit.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EvidenceTest {

    private static final Instant SECOND = Instant.parse("2026-11-23T06:43:07Z");
    private static final WatchedWebhook WEBHOOK = new WatchedWebhook("garden-1", "hook.example.org");

    @Test
    void shouldPlaceAProbeAmongThePodsOfItsSecond() {
        // Given two Pods of a second that were missed, and an applied probe of the same second, after both
        Evidence first = pod(SECOND, 101, Evidence.Kind.MISSED);
        Evidence second = pod(SECOND, 105, Evidence.Kind.MISSED);
        Evidence probe = probe(true, "110");

        // When
        List<OutageWindow> windows = windows(List.of(probe, second, first));

        // Then it ends the outage, and neither bounds its start nor makes it a partial one
        assertThat(windows).singleElement().satisfies(window -> {
            assertThat(window.startedAfter()).isNull();
            assertThat(window.endedBefore()).isEqualTo(SECOND);
            assertThat(window.calls().applied()).isZero();
        });
    }

    @Test
    void shouldPlaceAProbeThatKnowsNoVersionBeforeThem() {
        assertThat(windows(List.of(pod(SECOND, 101, Evidence.Kind.MISSED), probe(true, null))))
                .singleElement()
                .satisfies(window -> {
                    assertThat(window.startedAfter()).isEqualTo(SECOND);
                    assertThat(window.endedBefore()).isNull();
                });
    }

    private static List<OutageWindow> windows(List<Evidence> evidence) {
        return OutageWindows.of(new TreeSet<>(evidence), Duration.ofSeconds(5), Evidence::ref);
    }

    private static Evidence pod(Instant at, long version, Evidence.Kind kind) {
        return new Evidence(at, version, new UUID(1, version), Evidence.Source.POD, kind);
    }

    private static Evidence probe(boolean applied, String version) {
        return Evidence.of(WEBHOOK, new Signal.Probe(SECOND, applied, SECOND.plusMillis(900), version));
    }
}
