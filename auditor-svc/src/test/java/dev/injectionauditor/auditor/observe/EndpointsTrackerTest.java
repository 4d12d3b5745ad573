package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Signal;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditionsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndpointsTrackerTest {

    private static final Instant NOW = Instant.parse("2026-11-23T06:00:00Z");

    private final List<Signal.Endpoints> told = new ArrayList<>();
    private final EndpointsTracker tracker = new EndpointsTracker(told::add, InstantSource.fixed(NOW));

    @Test
    void shouldTellNothingBeforeAllSlicesAreListed() {
        // When the first list is being told, slice by slice
        tracker.onAdd(slice("a", true));
        tracker.onAdd(slice("b", true, true));
        assertThat(told).isEmpty();
        tracker.onList("100", false);

        // Then only the whole is told
        assertThat(told).containsExactly(new Signal.Endpoints(3, NOW));
    }

    @Test
    void shouldTellThatThereIsNone() {
        tracker.onList("100", true);

        assertThat(told).containsExactly(new Signal.Endpoints(0, NOW));
    }

    @Test
    void shouldAddUpSlicesAndTellChangesOnly() {
        // Given two slices
        tracker.onAdd(slice("a", true));
        tracker.onAdd(slice("b", true));
        tracker.onList("100", false);

        // When one loses its endpoint, is told again, gets one back that the other loses, and goes
        tracker.onUpdate(slice("a", true), slice("a", false));
        tracker.onUpdate(slice("a", false), slice("a", false));
        tracker.onUpdate(slice("a", false), slice("a", true, true));
        tracker.onDelete(slice("b", true), false);
        tracker.onDelete(slice("a", true, true), true);

        // Then
        assertThat(told).extracting(Signal.Endpoints::ready).containsExactly(2, 1, 3, 2, 0);
    }

    @Test
    void shouldCountWhatIsNotKnownToBeUnreadyAsReady() {
        // Given an endpoint without conditions, one whose readiness is not known, and one that is not ready
        tracker.onAdd(new EndpointSliceBuilder()
                .withNewMetadata()
                .withName("a")
                .endMetadata()
                .addNewEndpoint()
                .endEndpoint()
                .addNewEndpoint()
                .withNewConditions()
                .endConditions()
                .endEndpoint()
                .addNewEndpoint()
                .withConditions(new EndpointConditionsBuilder().withReady(false).build())
                .endEndpoint()
                .build());
        tracker.onList("100", false);

        assertThat(told).extracting(Signal.Endpoints::ready).containsExactly(2);
    }

    private static EndpointSlice slice(String name, boolean... ready) {
        EndpointSliceBuilder slice =
                new EndpointSliceBuilder().withNewMetadata().withName(name).endMetadata();
        for (boolean one : ready) {
            slice.addNewEndpoint()
                    .withNewConditions()
                    .withReady(one)
                    .endConditions()
                    .endEndpoint();
        }
        return slice.build();
    }
}
