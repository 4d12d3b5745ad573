package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.auditor.observe.scope.Injection;
import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.auditor.policy.RecreationSetting;
import dev.injectionauditor.auditor.remediate.EvictionRule.Decision;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class EvictionRuleTest {

    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");
    private static final UUID UID = new UUID(1, 1);

    @Test
    void shouldEvictAMissedPodOfAController() {
        assertThat(decide(false, missed())).isEqualTo(new Decision.Evict(missed()));
    }

    @Test
    void shouldDoNothingOnDryRunOrTooLateOrWhenThePodIsGone() {
        assertThat(decide(true, missed())).isEqualTo(new Decision.Answer(Outcome.PLANNED, null));
        assertThat(decide(request(false), missed(), () -> true, Allowances.NONE, Optional.empty(), NOW.plusSeconds(60)))
                .isEqualTo(new Decision.Answer(Outcome.EXPIRED, null));
        assertThat(decide(false, null)).isEqualTo(new Decision.Answer(Outcome.GONE, null));
        // A StatefulSet gave the name again
        assertThat(decide(
                        false,
                        with(pod -> pod.editMetadata()
                                .withUid(new UUID(2, 2).toString())
                                .endMetadata())))
                .isEqualTo(new Decision.Answer(Outcome.GONE, RecreationReason.OTHER_POD));
    }

    @Test
    void shouldRefuseWhatMustNotBeTouched() {
        assertRefused(
                with(pod -> pod.editMetadata()
                        .addToAnnotations("kubernetes.io/config.mirror", "x")
                        .endMetadata()),
                RecreationReason.MIRROR_POD);
        assertRefused(
                with(pod -> pod.editMetadata()
                        .addToAnnotations(RecreationSetting.NEVER_KEY, "")
                        .endMetadata()),
                RecreationReason.EXEMPT);
        assertRefused(
                with(pod ->
                        pod.editMetadata().withDeletionTimestamp(NOW.toString()).endMetadata()),
                RecreationReason.NOT_ACTIVE);
        assertRefused(with(pod -> pod.withNewStatus().withPhase("Succeeded").endStatus()), RecreationReason.NOT_ACTIVE);
        assertRefused(
                with(pod -> pod.editSpec()
                        .editFirstContainer()
                        .addNewEnv()
                        .withName(Injection.VARIABLE)
                        .endEnv()
                        .endContainer()
                        .endSpec()),
                RecreationReason.NOT_MISSED);
        assertRefused(
                with(pod -> pod.editSpec()
                        .withPriorityClassName("system-node-critical")
                        .endSpec()),
                RecreationReason.SYSTEM_CRITICAL);
        assertRefused(with(pod -> pod.editMetadata().withOwnerReferences().endMetadata()), RecreationReason.BARE_POD);
        assertRefused(
                with(pod -> pod.editMetadata()
                        .editFirstOwnerReference()
                        .withKind("DaemonSet")
                        .endOwnerReference()
                        .endMetadata()),
                RecreationReason.DAEMON_SET);
    }

    @Test
    void shouldAskForTheScopeLast() {
        BooleanSupplier never = () -> {
            throw new AssertionError("not needed");
        };
        Pod exempt = with(pod -> pod.editMetadata()
                .addToAnnotations(RecreationSetting.NEVER_KEY, "")
                .endMetadata());

        assertThat(decide(request(false), missed(), never, Allowances.NONE, Optional.empty(), NOW.plusSeconds(60)))
                .isEqualTo(new Decision.Answer(Outcome.EXPIRED, null));
        assertThat(decide(request(false), null, never, Allowances.NONE, Optional.empty(), NOW))
                .isEqualTo(new Decision.Answer(Outcome.GONE, null));
        assertThat(decide(request(false), exempt, never, Allowances.NONE, Optional.empty(), NOW))
                .isEqualTo(new Decision.Answer(Outcome.REFUSED, RecreationReason.EXEMPT));
    }

    @Test
    void shouldRefuseIfAReplacementWouldNotBeInjectedEither() {
        assertThat(decide(request(false), missed(), () -> false, Allowances.NONE, Optional.empty(), NOW))
                .isEqualTo(new Decision.Answer(Outcome.REFUSED, RecreationReason.OUT_OF_SCOPE));
        assertThat(decide(request(true), missed(), () -> false, Allowances.NONE, Optional.empty(), NOW))
                .isEqualTo(new Decision.Answer(Outcome.REFUSED, RecreationReason.OUT_OF_SCOPE));
    }

    @Test
    void shouldKeepToWhatThePodItselfAsksForNow() {
        Pod off = with(pod -> pod.editMetadata()
                .addToLabels(RecreationSetting.MODE_KEY, "off")
                .endMetadata());
        Pod plan = with(pod -> pod.editMetadata()
                .addToAnnotations(RecreationSetting.MODE_KEY, "plan")
                .endMetadata());

        assertRefused(off, RecreationReason.SWITCHED_OFF);
        assertRefused(plan, RecreationReason.SWITCHED_OFF);
        assertThat(decide(true, plan)).isEqualTo(new Decision.Answer(Outcome.PLANNED, null));
    }

    @Test
    void shouldKeepToWhatHoldsNowWhereThePodSaysNothing() {
        Decision off = new Decision.Answer(Outcome.REFUSED, RecreationReason.SWITCHED_OFF);
        Decision planned = new Decision.Answer(Outcome.PLANNED, null);

        // The nearest wins: the namespace, and then the remediator's own option
        assertThat(decide(false, missed(), () -> RecreationMode.OFF, RecreationMode.RECREATE))
                .isEqualTo(off);
        assertThat(decide(false, missed(), () -> RecreationMode.PLAN, RecreationMode.RECREATE))
                .isEqualTo(off);
        assertThat(decide(true, missed(), () -> RecreationMode.PLAN, RecreationMode.RECREATE))
                .isEqualTo(planned);
        assertThat(decide(false, missed(), () -> null, RecreationMode.OFF)).isEqualTo(off);
        assertThat(decide(false, missed(), () -> null, RecreationMode.PLAN)).isEqualTo(off);
        assertThat(decide(false, missed(), () -> RecreationMode.RECREATE, RecreationMode.OFF))
                .isEqualTo(new Decision.Evict(missed()));
    }

    @Test
    void shouldAskForTheNamespaceOnlyWhereThePodSaysNothing() {
        Pod wanted = with(pod -> pod.editMetadata()
                .addToLabels(RecreationSetting.MODE_KEY, "recreate")
                .endMetadata());

        assertThat(decide(
                        false,
                        wanted,
                        () -> {
                            throw new AssertionError("asked");
                        },
                        RecreationMode.OFF))
                .isEqualTo(new Decision.Evict(wanted));
    }

    @Test
    void shouldEvictWhatIsAllowed() {
        Pod bare = with(pod -> pod.editMetadata().withOwnerReferences().endMetadata());
        Allowances barePods = new Allowances(false, false, false, true, false);

        assertThat(decide(request(false, bare), bare, () -> true, barePods, Optional.empty(), NOW))
                .isEqualTo(new Decision.Evict(bare));
    }

    @Test
    void shouldNotTakeAPodThatChangedItsOwnerForTheOneThatWasMeant() {
        Pod bare = with(pod -> pod.editMetadata().withOwnerReferences().endMetadata());
        Allowances all = new Allowances(true, true, true, true, true);

        // Let go of by its controller since the request, or taken on
        assertThat(decide(request(false, missed()), bare, () -> true, all, Optional.empty(), NOW))
                .isEqualTo(new Decision.Answer(Outcome.REFUSED, RecreationReason.OWNER_CHANGED));
        assertThat(decide(request(false, bare), missed(), () -> true, all, Optional.empty(), NOW))
                .isEqualTo(new Decision.Answer(Outcome.REFUSED, RecreationReason.OWNER_CHANGED));
    }

    @Test
    void shouldTellControllersApartWhoseUidsAreNoUuids() {
        // Kubernetes takes any text that is not empty
        Pod odd = ownedBy("x");

        assertThat(decide(request(false, odd), ownedBy("x"), () -> true, Allowances.NONE, Optional.empty(), NOW))
                .isEqualTo(new Decision.Evict(ownedBy("x")));
        assertThat(decide(request(false, odd), ownedBy("y"), () -> true, Allowances.NONE, Optional.empty(), NOW))
                .isEqualTo(new Decision.Answer(Outcome.REFUSED, RecreationReason.OWNER_CHANGED));
    }

    private static Pod ownedBy(String uid) {
        return with(pod -> pod.editMetadata()
                .editFirstOwnerReference()
                .withUid(uid)
                .endOwnerReference()
                .endMetadata());
    }

    @Test
    void shouldHeedWhatHasComeUpSinceTheRequest() {
        Optional<RecreationReason> brake = Optional.of(RecreationReason.OUTAGE_OPEN);

        assertThat(decide(request(false), missed(), () -> true, Allowances.NONE, brake, NOW))
                .isEqualTo(new Decision.Answer(Outcome.REFUSED, RecreationReason.OUTAGE_OPEN));
        // A dry run does no harm
        assertThat(decide(request(true), missed(), () -> true, Allowances.NONE, brake, NOW))
                .isEqualTo(new Decision.Answer(Outcome.PLANNED, null));
    }

    private static void assertRefused(Pod pod, RecreationReason reason) {
        assertThat(decide(request(false, pod), pod, () -> true, Allowances.NONE, Optional.empty(), NOW))
                .isEqualTo(new Decision.Answer(Outcome.REFUSED, reason));
    }

    private static Decision decide(boolean dryRun, Pod live) {
        return decide(request(dryRun), live, () -> true, Allowances.NONE, Optional.empty(), NOW);
    }

    private static Decision decide(
            RecreationRequest request,
            Pod live,
            BooleanSupplier isInScope,
            Allowances allowances,
            Optional<RecreationReason> brake,
            Instant now) {
        return EvictionRule.decide(
                request, live, () -> null, isInScope, policy(RecreationMode.RECREATE, allowances), brake, now);
    }

    private static Decision decide(
            boolean dryRun, Pod live, Supplier<RecreationMode> namespace, RecreationMode ofCluster) {
        return EvictionRule.decide(
                request(dryRun, live),
                live,
                namespace,
                () -> true,
                policy(ofCluster, Allowances.NONE),
                Optional.empty(),
                NOW);
    }

    private static RecreationPolicy policy(RecreationMode mode, Allowances allowances) {
        return new RecreationPolicy(mode, allowances, 30, 10, 3, Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5));
    }

    private static RecreationRequest request(boolean dryRun) {
        return request(dryRun, missed());
    }

    /** For a Pod, with the owner that it has. */
    private static RecreationRequest request(boolean dryRun, Pod of) {
        PodRef pod = new PodRef("shop", "web-1", UID);
        return new RecreationRequest(
                "id", pod, PodMapper.owner(of), 1, dryRun, NOW.minusSeconds(60), NOW.plusSeconds(60));
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
