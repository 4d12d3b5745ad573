package dev.injectionauditor.auditor.observe.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Scope.Exemption;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwedEndsTest {

    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");
    private static final Instant LATER = NOW.plusSeconds(60);

    private final AtomicInteger forgotten = new AtomicInteger();
    private final OwedEnds owed = new OwedEnds(2, forgotten::incrementAndGet);
    private final PodTracker first = tracker();
    private final PodTracker next = tracker();

    @BeforeEach
    void follow() {
        owed.follow(first);
    }

    @Test
    void shouldOweWhatVanishedBetweenTwoTrackers() {
        // Given one that knew two Pods, and one that sees the second of them and another
        first.seen(pod(1), NOW);
        first.seen(pod(2), NOW);
        owed.follow(next);
        next.seen(pod(2), LATER);
        next.seen(pod(3), LATER);

        // Then
        assertThat(owed.due(next, LATER)).singleElement().satisfies(end -> {
            assertThat(end.pod().uid()).isEqualTo(uid(1));
            assertThat(end.lifecycle()).isEqualTo(Lifecycle.GONE);
            assertThat(end.observedAt()).isEqualTo(LATER);
        });
    }

    @Test
    void shouldNotRememberEverMoreWhenListsBreakOff() {
        // Given two that have seen different Pods, of which neither has seen all that are there
        first.seen(pod(1), NOW);
        first.seen(pod(2), NOW);
        owed.follow(next);
        next.seen(pod(3), LATER);
        next.seen(pod(4), LATER);

        // When a third one sees that no Pod is there
        PodTracker last = tracker();
        owed.follow(last);

        // Then as many as the room is for are told, and the others counted
        assertThat(owed.due(last, LATER)).hasSize(2);
        assertThat(forgotten).hasValue(2);
    }

    @Test
    void shouldOweAnEndUntilKafkaHasTakenIt() {
        // Given a Pod whose end was told, but not taken
        first.seen(pod(1), NOW);
        PodObservation end = first.gone(pod(1), NOW);
        owed.owe(end);

        // When others follow, of which the second loses what it told, too
        owed.follow(next);
        assertThat(owed.due(next, LATER)).containsExactly(end);
        PodTracker last = tracker();
        owed.follow(last);
        assertThat(owed.due(last, LATER)).containsExactly(end);

        // Then it is owed until it is taken
        owed.taken(end);
        PodTracker none = tracker();
        owed.follow(none);
        assertThat(owed.due(none, LATER)).isEmpty();
    }

    @Test
    void shouldOweWhatVanishedUntilKafkaHasTakenIt() {
        // Given a Pod that vanished between two trackers
        first.seen(pod(1), NOW);
        owed.follow(next);
        List<PodObservation> lost = owed.due(next, LATER);
        assertThat(lost).hasSize(1);

        // Then it is told again, as it was, if that was lost
        PodTracker last = tracker();
        owed.follow(last);
        assertThat(owed.due(last, LATER.plusSeconds(60))).isEqualTo(lost);
    }

    @Test
    void shouldOweTheEndsOfPodsThatOnlyATrackerWithoutACompleteListHasSeen() {
        // Given a Pod of the first tracker, and one that was told of in a list that broke off
        first.seen(pod(1), NOW);
        owed.follow(next);
        next.seen(pod(2), NOW);

        // When a third one sees neither
        PodTracker last = tracker();
        owed.follow(last);

        // Then
        assertThat(owed.due(last, LATER)).extracting(end -> end.pod().uid()).containsExactlyInAnyOrder(uid(1), uid(2));
    }

    @Test
    void shouldNotTellTheEndOfAPodThatIsThere() {
        // Given an end that turns out not to be one
        first.seen(pod(1), NOW);
        owed.owe(first.gone(pod(1), NOW));
        owed.follow(next);
        next.seen(pod(1), LATER);

        // Then
        assertThat(owed.due(next, LATER)).isEmpty();

        // And its end is told when it comes
        PodTracker last = tracker();
        owed.follow(last);
        assertThat(owed.due(last, LATER)).hasSize(1);
    }

    @Test
    void shouldNotTakeAListThatComesTooLateForThePresent() {
        // Given a tracker that another one has followed
        first.seen(pod(1), NOW);
        owed.follow(next);
        PodTracker last = tracker();
        owed.follow(last);

        // Then its list changes nothing
        assertThat(owed.due(next, LATER)).isEmpty();
        assertThat(owed.due(last, LATER)).hasSize(1);
    }

    @Test
    void shouldForgetWhatIsTooMuchAndSaySo() {
        // Given room for two ends, and three of them
        for (int uid = 1; uid <= 3; uid++) {
            first.seen(pod(uid), NOW);
            owed.owe(first.gone(pod(uid), NOW));
        }

        // Then
        assertThat(forgotten).hasValue(1);
        owed.follow(next);
        assertThat(owed.due(next, LATER)).extracting(end -> end.pod().uid()).containsExactlyInAnyOrder(uid(1), uid(2));
        assertThat(forgotten).hasValue(1);
    }

    private static PodTracker tracker() {
        return new PodTracker(pod -> new Scope(Exemption.NO_CONFIGURATION, null));
    }

    private static UUID uid(long uid) {
        return new UUID(0, uid);
    }

    private static Pod pod(long uid) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web-" + uid)
                .withUid(uid(uid).toString())
                .withResourceVersion("100")
                .withCreationTimestamp("2026-11-23T06:43:03Z")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .endStatus()
                .build();
    }
}
