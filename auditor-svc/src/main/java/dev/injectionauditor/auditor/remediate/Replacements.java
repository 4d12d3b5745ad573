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
     * What is waited for: that the evicted Pod goes, or, when it is gone, that another one comes.
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
    Visit await(Entry entry) {
        RecreationRequest request = entry.request();
        List<Pod> ofOwner = pods.recentlyOf(request.owner(), request.pod().namespace());
        Optional<Pod> found = Replacement.among(ofOwner, entry);
        if (found.isEmpty() && isOver(entry, ofOwner)) {
            // What was listed may be a moment old, and that moment may have been the one.
            ofOwner = pods.of(request.owner(), request.pod().namespace());
            found = Replacement.among(ofOwner, entry);
            if (found.isEmpty() && isOver(entry, ofOwner)) {
                phases.remove(request.requestId());
                return answers.give(entry, Outcome.NOT_REPLACED, null, null);
            }
        }
        Duration pause = isGone(entry, ofOwner) ? SOON : UNHURRIED;
        // The list may be so old that it has a Pod which was gone before the eviction.
        return found.filter(this::isThere).map(pod -> judge(entry, pod)).orElseGet(() -> new Visit.Later(pause));
    }

    private Visit judge(Entry entry, Pod replacement) {
        phases.remove(entry.request().requestId());
        Replacement.Judgement judgement = Replacement.judge(replacement, entry.stamp());
        return answers.give(entry, judgement.outcome(), judgement.reason(), PodMapper.ref(replacement));
    }

    private boolean isThere(Pod pod) {
        Pod live = pods.named(PodMapper.ref(pod));
        return live != null
                && PodMapper.ref(live).uid().equals(PodMapper.ref(pod).uid());
    }

    /**
     * Whether nobody waits for a replacement any more. The time counts from when the evicted Pod is gone: many
     * controllers do nothing before, and until then the owner has one Pod less already. There is an end to that, too.
     */
    private boolean isOver(Entry entry, List<Pod> ofOwner) {
        RecreationRequest request = entry.request();
        boolean isGone = isGone(entry, ofOwner);
        long now = nanoTime.getAsLong();
        Phase phase = phases.compute(
                request.requestId(),
                (any, last) -> last != null && last.isGone() == isGone ? last : new Phase(isGone, now));
        return now - phase.since() >= (isGone ? longest : LONGEST_END).toNanos();
    }

    private static boolean isGone(Entry entry, List<Pod> ofOwner) {
        return ofOwner.stream()
                .noneMatch(pod ->
                        PodMapper.ref(pod).uid().equals(entry.request().pod().uid()));
    }
}
