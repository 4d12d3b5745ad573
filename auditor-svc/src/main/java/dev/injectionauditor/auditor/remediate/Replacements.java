package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Waits for the Pods that controllers make in the place of evicted ones. */
final class Replacements {

    private static final Duration SOON = Duration.ofMillis(250);
    private static final Duration UNHURRIED = Duration.ofSeconds(5);

    /**
     * A Pod that has not gone by then, for a dead node or a finalizer, does not hold up its owner's requests for ever.
     */
    private static final Duration LONGEST_END = Duration.ofHours(1);

    private final PodApi pods;
    private final Answers answers;
    private final Duration longest;
    private final LongSupplier nanoTime;

    /** By request: what is waited for. If it is lost, that has longer to come. */
    private final Map<String, Phase> phases = new ConcurrentHashMap<>();

    /**
     * What is waited for: that the evicted Pod goes, or, when it is gone, that another one comes. Many controllers do
     * nothing before it is gone, and until then the owner has one Pod less already.
     *
     * @param since when that was first seen here, in nanoseconds
     */
    private record Phase(boolean isGone, long since) {}

    /**
     * Waits for nothing yet.
     *
     * @param longest how long a controller may take to replace a Pod that is gone
     * @param nanoTime a clock that only runs forward, in nanoseconds: a step of another one is no time to wait
     */
    Replacements(PodApi pods, Answers answers, Duration longest, LongSupplier nanoTime) {
        this.pods = pods;
        this.answers = answers;
        this.longest = longest;
        this.nanoTime = nanoTime;
    }

    /** Looks for the replacement of a Pod with a controller, and answers if it is there or will not come any more. */
    Visit await(Entry entry) throws InterruptedException {
        RecreationRequest request = entry.request();
        long asked = nanoTime.getAsLong();
        List<Pod> ofOwner = pods.of(request.owner(), request.pod().namespace());
        Optional<Pod> found = Replacement.among(ofOwner, entry);
        if (found.isPresent()) {
            phases.remove(request.requestId());
            Replacement.Judgement judgement = Replacement.judge(found.get(), entry.stamp());
            return answers.give(entry, judgement.outcome(), judgement.reason(), PodMapper.ref(found.get()));
        }
        long now = nanoTime.getAsLong();
        Phase phase = phase(request, ofOwner, now);
        // What was listed may be as old as the question.
        Duration waited = Duration.ofNanos(asked - phase.since());
        if (waited.compareTo(phase.isGone() ? longest : LONGEST_END) >= 0) {
            phases.remove(request.requestId());
            return answers.give(entry, Outcome.NOT_REPLACED, null, null);
        }
        return new Visit.Later(ListPause.after(Duration.ofNanos(now - asked), growing(waited)));
    }

    private Phase phase(RecreationRequest request, List<Pod> ofOwner, long now) {
        boolean isGone = ofOwner.stream()
                .noneMatch(pod -> PodMapper.ref(pod).uid().equals(request.pod().uid()));
        return phases.compute(
                request.requestId(),
                (any, last) -> last != null && last.isGone() == isGone ? last : new Phase(isGone, now));
    }

    /** Most replacements come at once, and some before the Pod is gone. The others are looked for ever less often. */
    private static Duration growing(Duration waited) {
        Duration pause = waited.dividedBy(4);
        if (pause.compareTo(SOON) < 0) {
            return SOON;
        }
        return pause.compareTo(UNHURRIED) < 0 ? pause : UNHURRIED;
    }
}
