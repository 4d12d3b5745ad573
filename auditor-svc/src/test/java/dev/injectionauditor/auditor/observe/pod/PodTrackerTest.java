package dev.injectionauditor.auditor.observe.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.policy.RecreationSetting;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationTraits;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Scope.Exemption;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PodTrackerTest {

    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");
    private static final Scope SCOPE = new Scope(Exemption.NO_CONFIGURATION, null);

    private final List<Pod> decided = new ArrayList<>();
    private final PodTracker tracker = new PodTracker(pod -> {
        decided.add(pod);
        return SCOPE;
    });

    @Test
    void shouldTellNewsOnly() {
        // Given
        assertThat(tracker.seen(pod(1, 100, "Pending"), NOW)).isPresent();

        // Then a change of the status is none, an end is
        assertThat(tracker.seen(pod(1, 101, "Running"), NOW)).isEmpty();
        assertThat(tracker.seen(pod(1, 102, "Succeeded"), NOW))
                .hasValueSatisfying(news -> assertThat(news.lifecycle()).isEqualTo(Lifecycle.FINISHED));
        assertThat(tracker.seen(pod(1, 103, "Succeeded"), NOW)).isEmpty();
        assertThat(decided).as("decided once").hasSize(1);
    }

    @Test
    void shouldTellWhenAPodSaysSomethingElseAboutItsRecreation() {
        // Given
        assertThat(tracker.seen(pod(1, 100, "Running"), NOW).orElseThrow().recreation())
                .isEqualTo(RecreationTraits.NONE);

        // When it is annotated, then it is told, once, and known to the end
        Pod annotated = new PodBuilder(pod(1, 101, "Running"))
                .editMetadata()
                .addToAnnotations(RecreationSetting.MODE_KEY, "plan")
                .addToAnnotations(RecreationSetting.NEVER_KEY, "")
                .endMetadata()
                .editSpec()
                .withPriorityClassName("system-node-critical")
                .endSpec()
                .build();
        RecreationTraits traits = new RecreationTraits(RecreationMode.PLAN, true, true);
        assertThat(tracker.seen(annotated, NOW))
                .hasValueSatisfying(news -> assertThat(news.recreation()).isEqualTo(traits));
        assertThat(tracker.seen(annotated, NOW)).isEmpty();
        assertThat(tracker.gone(annotated, NOW).recreation()).isEqualTo(traits);
    }

    @Test
    void shouldTellWhatItKnewOfAPodThatIsGone() {
        // Given a Pod of which only the metadata are left
        PodObservation told = tracker.seen(pod(1, 100, "Running"), NOW).orElseThrow();
        Pod rest = new PodBuilder(pod(1, 140, "Running"))
                .editMetadata()
                .withCreationTimestamp(null)
                .endMetadata()
                .withSpec(null)
                .build();

        // When
        PodObservation gone = tracker.gone(rest, NOW.plusSeconds(5));

        // Then
        assertThat(gone.lifecycle()).isEqualTo(Lifecycle.GONE);
        assertThat(gone.resourceVersion()).isEqualTo("140");
        assertThat(gone.observedAt()).isEqualTo(NOW.plusSeconds(5));
        assertThat(gone.lacking()).isEqualTo(told.lacking()).containsExactly("main");
        assertThat(gone.scope()).isEqualTo(SCOPE);
        assertThat(tracker.size()).isZero();
    }

    @Test
    void shouldTellOfAPodThatItNeverSawAlive() {
        assertThat(tracker.gone(pod(1, 100, "Running"), NOW))
                .satisfies(gone -> assertThat(gone.lifecycle()).isEqualTo(Lifecycle.GONE))
                .satisfies(gone -> assertThat(gone.lacking()).containsExactly("main"));
    }

    @Test
    void shouldShareWhatManyPodsHaveInCommon() {
        // Given two Pods of one owner
        PodObservation one = tracker.seen(pod(1, 100, "Running"), NOW).orElseThrow();
        PodObservation other = tracker.seen(pod(2, 100, "Running"), NOW).orElseThrow();

        // Then
        assertThat(one.owner()).isNotNull().isSameAs(other.owner());
        assertThat(one.pod().namespace()).isSameAs(other.pod().namespace());
        assertThat(one.lacking()).isSameAs(other.lacking());
        assertThat(one.scope()).isSameAs(other.scope());
    }

    private static Pod pod(long uid, long version, String phase) {
        // new String: as JSON has it, no two of them are the same object
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(new String("shop"))
                .withName("web-" + uid)
                .withUid(new UUID(0, uid).toString())
                .withResourceVersion(Long.toString(version))
                .withCreationTimestamp("2026-11-23T06:43:03Z")
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("ReplicaSet")
                .withName("web")
                .withUid(new UUID(9, 9).toString())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName(new String("main"))
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .endStatus()
                .build();
    }
}
