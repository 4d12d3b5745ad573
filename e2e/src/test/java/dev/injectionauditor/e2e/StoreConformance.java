package dev.injectionauditor.e2e;

import static dev.injectionauditor.e2e.Subject.failure;
import static dev.injectionauditor.e2e.Subject.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is stored: updates, lists, and who changed an object last. */
interface StoreConformance {

    Subject subject();

    @Test
    default void shouldRefuseAStaleUpdate() {
        Pod stale = subject().create(pod("stale-"));
        subject().label(stale, "new", "yes");

        assertThat(failure(() -> subject()
                                .pods()
                                .resource(stale)
                                .lockResourceVersion(stale.getMetadata().getResourceVersion())
                                .update())
                        .getCode())
                .isEqualTo(409);
    }

    @Test
    default void shouldListInPartsOfOneMoment() {
        subject().create(pod("part-", Map.of("app", "part")));
        subject().create(pod("part-", Map.of("app", "part")));
        var first = subject()
                .pods()
                .withLabel("app", "part")
                .list(new ListOptionsBuilder().withLimit(1L).build());
        subject().create(pod("part-", Map.of("app", "part")));

        var second = subject()
                .pods()
                .withLabel("app", "part")
                .list(new ListOptionsBuilder()
                        .withContinue(first.getMetadata().getContinue())
                        .build());

        assertThat(first.getItems()).hasSize(1);
        assertThat(second.getItems()).hasSize(1);
        assertThat(second.getMetadata().getResourceVersion())
                .isEqualTo(first.getMetadata().getResourceVersion());
    }

    @Test
    default void shouldDateANamespaceThatWasChanged() throws Exception {
        String name = Stage.NAMESPACE + "-dated";
        subject().configuration().createNamespace(name);
        TimeUnit.MILLISECONDS.sleep(1_100);
        subject().configuration().hook(name, false);

        var meta = subject().client().namespaces().withName(name).get().getMetadata();

        assertThat(meta.getManagedFields())
                .anySatisfy(writer -> assertThat(Instant.parse(writer.getTime()))
                        .isAfter(Instant.parse(meta.getCreationTimestamp())));
    }
}
