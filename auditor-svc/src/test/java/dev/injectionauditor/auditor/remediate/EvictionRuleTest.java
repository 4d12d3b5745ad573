package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.observe.PodMapper;
import dev.injectionauditor.auditor.remediate.EvictionRule.Decision;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class EvictionRuleTest {

    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");
    private static final UUID UID = new UUID(1, 1);

    @Test
    void shouldEvictAMissedPodOfAController() {
        assertThat(decide(false, missed())).isEqualTo(new Decision.Evict());
    }

    @Test
    void shouldDoNothingOnDryRunOrTooLateOrWhenThePodIsGone() {
        assertThat(decide(true, missed())).isEqualTo(new Decision.Answer(Outcome.PLANNED, null));
        assertThat(EvictionRule.decide(request(false), missed(), NOW.plusSeconds(60)))
                .isEqualTo(new Decision.Answer(Outcome.EXPIRED, null));
        assertThat(decide(false, null)).isEqualTo(new Decision.Answer(Outcome.GONE, null));
        // A StatefulSet gave the name again
        assertThat(decide(
                        false,
                        with(pod -> pod.editMetadata()
                                .withUid(new UUID(2, 2).toString())
                                .endMetadata())))
                .isEqualTo(new Decision.Answer(Outcome.GONE, null));
    }

    @Test
    void shouldRefuseWhatMustNotBeTouched() {
        assertRefused(
                with(pod -> pod.editMetadata()
                        .addToAnnotations("kubernetes.io/config.mirror", "x")
                        .endMetadata()),
                "mirror-pod");
        assertRefused(
                with(pod -> pod.editMetadata()
                        .addToAnnotations(EvictionRule.EXEMPT_ANNOTATION, "")
                        .endMetadata()),
                "exempt-by-annotation");
        assertRefused(
                with(pod ->
                        pod.editMetadata().withDeletionTimestamp(NOW.toString()).endMetadata()),
                "not-active");
        assertRefused(with(pod -> pod.withNewStatus().withPhase("Succeeded").endStatus()), "not-active");
        assertRefused(
                with(pod -> pod.editSpec()
                        .editFirstContainer()
                        .addNewEnv()
                        .withName(PodMapper.VARIABLE)
                        .endEnv()
                        .endContainer()
                        .endSpec()),
                "not-missed");
        assertRefused(
                with(pod -> pod.editSpec()
                        .withPriorityClassName("system-node-critical")
                        .endSpec()),
                "system-critical");
        assertRefused(with(pod -> pod.editMetadata().withOwnerReferences().endMetadata()), "bare-pod");
        assertRefused(
                with(pod -> pod.editMetadata()
                        .editFirstOwnerReference()
                        .withKind("DaemonSet")
                        .endOwnerReference()
                        .endMetadata()),
                "owner-kind");
    }

    private static void assertRefused(Pod pod, String reason) {
        assertThat(decide(false, pod)).isEqualTo(new Decision.Answer(Outcome.REFUSED, reason));
    }

    private static Decision decide(boolean dryRun, Pod live) {
        return EvictionRule.decide(request(dryRun), live, NOW);
    }

    private static RecreationRequest request(boolean dryRun) {
        PodRef pod = new PodRef("shop", "web-1", UID);
        return new RecreationRequest("id", pod, null, 1, dryRun, NOW.minusSeconds(60), NOW.plusSeconds(60));
    }

    private static Pod missed() {
        return with(pod -> pod);
    }

    private static Pod with(UnaryOperator<PodBuilder> change) {
        return change.apply(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("shop")
                        .withName("web-1")
                        .withUid(UID.toString())
                        .addNewOwnerReference()
                        .withApiVersion("apps/v1")
                        .withKind("ReplicaSet")
                        .withName("web")
                        .withUid(new UUID(3, 3).toString())
                        .withController(true)
                        .endOwnerReference()
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("web")
                        .endContainer()
                        .endSpec())
                .build();
    }
}
