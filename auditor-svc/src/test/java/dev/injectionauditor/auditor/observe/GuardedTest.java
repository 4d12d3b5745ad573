package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Signal;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuardedTest {

    private static final Duration AT_ONCE = Duration.ofMillis(1);

    private final EventQueue queue = new EventQueue(10);
    private final List<String> handled = new ArrayList<>();

    @Test
    void shouldHandCallsOn() {
        // Given
        Guarded<Pod> guarded = new Guarded<>(handler("never"), queue);

        // When
        guarded.onBeforeList(null);
        guarded.onAdd(pod("a"));
        guarded.onUpdate(pod("b"), pod("c"));
        guarded.onDelete(pod("d"), true);
        guarded.onList("7", true);

        // Then
        assertThat(handled).containsExactly("before null", "add a", "update b to c", "delete d true", "list 7 true");
        assertThat(queue.isBroken()).isFalse();
    }

    @Test
    void shouldSayThatSomethingIsLostIfTheHandlerFails() throws Exception {
        for (String failing : List.of("before null", "add a", "update b to c", "delete d true", "list 7 true")) {
            // Given a handler that one of the calls is too much for
            EventQueue fresh = new EventQueue(10);
            Guarded<Pod> guarded = new Guarded<>(handler(failing), fresh);

            // When
            guarded.onBeforeList(null);
            guarded.onAdd(pod("a"));
            guarded.onUpdate(pod("b"), pod("c"));
            guarded.onDelete(pod("d"), true);
            guarded.onList("7", true);

            // Then
            assertThat(fresh.isBroken()).as(failing).isTrue();

            // And what else happens is told nevertheless
            Signal.Endpoints event = new Signal.Endpoints(1, Instant.EPOCH);
            fresh.offer(event);
            assertThat(fresh.take(10, AT_ONCE)).as(failing).containsExactly(event);
        }
        assertThat(handled).hasSize(5 * 4);
    }

    private ResourceEventHandler<Pod> handler(String failing) {
        return new ResourceEventHandler<>() {

            @Override
            public void onBeforeList(String version) {
                handle("before " + version);
            }

            @Override
            public void onList(String version, boolean remainedEmpty) {
                handle("list " + version + " " + remainedEmpty);
            }

            @Override
            public void onAdd(Pod pod) {
                handle("add " + name(pod));
            }

            @Override
            public void onUpdate(Pod old, Pod pod) {
                handle("update " + name(old) + " to " + name(pod));
            }

            @Override
            public void onDelete(Pod pod, boolean finalStateUnknown) {
                handle("delete " + name(pod) + " " + finalStateUnknown);
            }

            private void handle(String call) {
                if (call.equals(failing)) {
                    throw new IllegalArgumentException(call);
                }
                handled.add(call);
            }
        };
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getName();
    }

    private static Pod pod(String name) {
        return new PodBuilder().withNewMetadata().withName(name).endMetadata().build();
    }
}
