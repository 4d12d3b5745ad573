package dev.injectionauditor.e2e;

import static dev.injectionauditor.e2e.Subject.failure;
import static dev.injectionauditor.e2e.Subject.isHooked;
import static dev.injectionauditor.e2e.Subject.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** New Pods, and the webhook that is asked about them. */
interface AdmissionConformance {

    Subject subject();

    @Test
    default void shouldAdmitBeforeAPodHasNameUidAndTime() throws Exception {
        // Given a webhook that takes its time
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        subject().webhook().set(request -> {
            asked.countDown();
            answer.await();
            return OwnWebhook.allow(Subject.PATCH);
        });

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // When
            Future<Pod> creation = threads.submit(() -> subject().create(pod("timed-")));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            List<Pod> seen = subject().pods().list().getItems();
            TimeUnit.MILLISECONDS.sleep(1_100);
            Instant answered = Instant.now();
            answer.countDown();
            Pod pod = creation.get();

            // Then it was nowhere while it waited, and is younger than the answer
            assertThat(seen).noneMatch(each -> each.getMetadata().getName().startsWith("timed-"));
            assertThat(Instant.parse(pod.getMetadata().getCreationTimestamp()))
                    .isAfterOrEqualTo(answered.minusSeconds(1));
            assertThat(isHooked(pod)).isTrue();
            JsonNode sent = subject().webhook().requests().getFirst();
            JsonNode meta = sent.path("object").path("metadata");
            assertThat(sent.path("operation").asString()).isEqualTo("CREATE");
            assertThat(sent.path("name").asString("")).isEmpty();
            assertThat(sent.path("namespace").asString()).isEqualTo(Stage.NAMESPACE);
            assertThat(meta.path("generateName").asString()).isEqualTo("timed-");
            assertThat(meta.path("name").asString("")).isEmpty();
            assertThat(meta.path("uid").asString("")).isEmpty();
            assertThat(meta.path("creationTimestamp").asString("")).isEmpty();
            assertThat(sent.path("uid").asString())
                    .isNotEqualTo(pod.getMetadata().getUid());
        }
    }

    @Test
    default void shouldGenerateNamesFromAPrefix() {
        assertThat(subject().create(pod("named-")).getMetadata().getName())
                .matches("named-[bcdfghjklmnpqrstvwxz2456789]{5}");
        assertThat(subject().create(pod("n".repeat(80))).getMetadata().getName())
                .matches("n{58}[bcdfghjklmnpqrstvwxz2456789]{5}");
    }

    @Test
    default void shouldAskTheWebhookOnDryRunAndStoreNothing() {
        // When
        Pod pod = subject().pods().resource(pod("dry-")).dryRun().create();

        // Then
        assertThat(isHooked(pod)).isTrue();
        assertThat(subject().webhook().requests())
                .singleElement()
                .matches(request -> request.path("dryRun").asBoolean());
        assertThat(pod.getMetadata().getUid()).isNotEmpty();
        assertThat(pod.getMetadata().getCreationTimestamp()).isNotEmpty();
        assertThat(pod.getMetadata().getResourceVersion()).isNullOrEmpty();
        assertThat(subject().pods().withName(pod.getMetadata().getName()).get()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"500", "late", "not JSON", "no array"})
    default void shouldFailOpenWithoutAValidAnswer(String answer) {
        subject().webhook().set(request -> switch (answer) {
            case "500" -> null;
            case "late" -> {
                TimeUnit.MILLISECONDS.sleep(2_500);
                yield OwnWebhook.allow(Subject.PATCH);
            }
            case "not JSON" -> OwnWebhook.allow("oops");
            default -> OwnWebhook.allow("{'op':'add'}");
        });

        assertThat(isHooked(subject().create(pod("open-")))).isFalse();
    }

    @Test
    default void shouldRefuseAPodThatTheWebhookRefuses() {
        subject().webhook().set(request -> OwnWebhook.allow().put("allowed", false));

        assertThat(failure(() -> subject().create(pod("refused-"))).getCode()).isEqualTo(400);
    }

    @Test
    default void shouldRefuseAPodWhenThePatchDoesNotApply() {
        subject().webhook().set(request -> OwnWebhook.allow("[{'op':'remove','path':'/spec/nothing'}]"));

        assertThat(failure(() -> subject().create(pod("patched-"))).getCode()).isEqualTo(500);
    }
}
