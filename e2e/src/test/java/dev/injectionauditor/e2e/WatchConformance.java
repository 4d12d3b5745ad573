package dev.injectionauditor.e2e;

import static dev.injectionauditor.e2e.Subject.LONGEST_WAIT;
import static dev.injectionauditor.e2e.Subject.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a watch tells, and what not. */
@SuppressWarnings("try") // Watches are closed, and else not spoken to.
interface WatchConformance {

    Subject subject();

    @Test
    default void shouldWatchOnFromAVersion() throws Exception {
        // Given
        Pod before = subject().create(pod("before-"));
        String version = version();
        PodEvents events = new PodEvents();

        // When
        try (Watch watch = watch(version, null, events)) {
            Pod after = subject().create(pod("after-"));

            // Then only what came later is told, in ascending versions
            await().atMost(LONGEST_WAIT).until(() -> events.types(after).contains("ADDED"));
            assertThat(events.types(before)).doesNotContain("ADDED");
            assertThat(version(after)).isGreaterThan(Long.parseLong(version)).isGreaterThan(version(before));
        }
    }

    @Test
    default void shouldTellAllThereIsWhenWatchedWithoutAVersion() throws Exception {
        Pod before = subject().create(pod("there-"));
        PodEvents events = new PodEvents();

        try (Watch watch = watch(null, null, events)) {
            await().atMost(LONGEST_WAIT).until(() -> events.types(before).contains("ADDED"));
        }
    }

    @Test
    default void shouldTellOfTheEndOfARunningPodTwice() throws Exception {
        Pod pod = subject().running("ending");
        PodEvents events = new PodEvents();
        try (Watch watch = watch(version(), null, events)) {
            subject().pods().resource(pod).delete();

            await().atMost(LONGEST_WAIT).until(() -> events.types(pod).contains("DELETED"));
            assertThat(events.types(pod)).startsWith("MODIFIED").endsWith("DELETED");
            List<Pod> states = events.of(pod);
            assertThat(states.getFirst().getMetadata().getDeletionTimestamp()).isNotEmpty();
            assertThat(version(states.getLast())).isGreaterThan(version(states.getFirst()));
        }
    }

    @Test
    default void shouldTellAsDeletedWhatLeavesASelection() throws Exception {
        Pod pod = subject().create(pod("selected-", Map.of("app", "selected")));
        PodEvents events = new PodEvents();
        try (Watch watch = watch(version(), "app=selected", events)) {
            subject().label(pod, "app", "other");

            await().atMost(LONGEST_WAIT).until(() -> events.types(pod).contains("DELETED"));
            assertThat(subject().isGone(pod)).isFalse();
        }
    }

    private Watch watch(String version, String selector, PodEvents events) {
        var options = new ListOptionsBuilder().withResourceVersion(version).withLabelSelector(selector);
        return subject().pods().watch(options.build(), events);
    }

    private String version() {
        return subject().pods().list().getMetadata().getResourceVersion();
    }

    private static long version(Pod pod) {
        return Long.parseLong(pod.getMetadata().getResourceVersion());
    }
}
