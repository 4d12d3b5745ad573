package dev.injectionauditor.auditor.audit.verdict;

import dev.injectionauditor.schema.Cause;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.RecreationTraits;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Merges new observations with what is stored and decides verdicts. The result does not depend on how the observations
 * were cut into batches, and verdicts do not depend on their order either.
 *
 * <p>A Pod is in scope if any observation of it says so, and of those the oldest decides (of the same version, the
 * first that came). What observations say that take the Pod for exempt counts for nothing but its life, once it is
 * known to be in scope: of exempt Pods nothing is stored, so nothing that came before could be remembered. (For the
 * same reason there is one exception: a Pod older than the configuration that carries another's stamp and needs no
 * mutation is forgotten once that other one is known.)
 */
public final class PodJudge {

    private final Map<UUID, StoredPod> stored = new HashMap<>();
    private final Map<UUID, Merged> merged = new LinkedHashMap<>();

    /** What is known of a Pod in scope before its verdict. */
    private record Merged(PodFacts facts, Lifecycle lifecycle, RecreationTraits recreation, long lifecycleVersion) {}

    /**
     * A judge of one batch.
     *
     * @param stored every stored Pod that an observation is of, and every stored Pod that has a stamp which may turn
     *     out to be another's ({@link PodsInQuestion#load})
     */
    public PodJudge(Collection<StoredPod> stored) {
        stored.forEach(pod -> this.stored.put(pod.facts().pod().uid(), pod));
    }

    /** All Pods given and observed, before and after; those whose stamp turns out to be another's included. */
    public List<PodChange> judge(List<PodObservation> observations) {
        stored.forEach((uid, pod) ->
                merged.put(uid, new Merged(pod.facts(), pod.lifecycle(), pod.recreation(), pod.lifecycleVersion())));
        observations.forEach(this::merge);
        Map<UUID, PodFacts> firstWithStamp = firstWithStamp();
        List<PodChange> changes = new ArrayList<>();
        merged.forEach((uid, pod) -> {
            StoredPod before = stored.get(uid);
            changes.add(new PodChange(before, decide(pod, before, firstWithStamp)));
        });
        return changes;
    }

    private void merge(PodObservation observation) {
        UUID uid = observation.pod().uid();
        long version = Long.parseLong(observation.resourceVersion());
        Optional<PodFacts> facts = facts(observation);
        Merged known = merged.get(uid);
        if (known == null) {
            facts.ifPresent(first ->
                    merged.put(uid, new Merged(first, observation.lifecycle(), observation.recreation(), version)));
            return;
        }
        boolean newer = version > known.lifecycleVersion()
                || (version == known.lifecycleVersion()
                        && observation.lifecycle().compareTo(known.lifecycle()) > 0);
        merged.put(
                uid,
                new Merged(
                        facts.filter(other -> version < known.facts().resourceVersion())
                                .orElse(known.facts()),
                        newer ? observation.lifecycle() : known.lifecycle(),
                        newer ? observation.recreation() : known.recreation(),
                        Math.max(version, known.lifecycleVersion())));
    }

    /** What an observation says, unless it takes the Pod for exempt. */
    private static Optional<PodFacts> facts(PodObservation observation) {
        return observation.scope().exemption() == null
                ? Optional.of(PodFacts.of(observation)).filter(facts -> !VerdictRule.isExempt(facts))
                : Optional.empty();
    }

    private Map<UUID, PodFacts> firstWithStamp() {
        Map<UUID, PodFacts> first = new HashMap<>();
        for (Merged pod : merged.values()) {
            PodFacts facts = pod.facts();
            if (facts.stamp() != null) {
                first.merge(
                        facts.stamp(), facts, (one, other) -> PodFacts.CREATION.compare(one, other) <= 0 ? one : other);
            }
        }
        return first;
    }

    private static boolean isFirst(PodFacts facts, Map<UUID, PodFacts> firstWithStamp) {
        PodFacts first = facts.stamp() == null ? null : firstWithStamp.get(facts.stamp());
        return first != null && first.pod().uid().equals(facts.pod().uid());
    }

    /** Whether the stamp was found to be another Pod's, which is not stored any more: its time is over. */
    private boolean isKnownCopy(PodFacts facts) {
        StoredPod before = stored.get(facts.pod().uid());
        return before != null
                && facts.stamp() != null
                && facts.stamp().equals(before.facts().stamp())
                && switch (before.verdict()) {
                    case MISSED, PRESET, PREDATES -> true;
                    case INJECTED, INCOMPLETE, EXEMPT -> false;
                }
                && stored.values().stream()
                        .noneMatch(other -> facts.stamp().equals(other.facts().stamp())
                                && PodFacts.CREATION.compare(other.facts(), before.facts()) < 0);
    }

    private @Nullable StoredPod decide(Merged pod, @Nullable StoredPod before, Map<UUID, PodFacts> firstWithStamp) {
        PodFacts facts = pod.facts();
        Verdict verdict = VerdictRule.decide(facts, isFirst(facts, firstWithStamp) && !isKnownCopy(facts));
        if (verdict == Verdict.EXEMPT) {
            return null;
        }
        Cause cause = before == null || before.cause() == null ? Cause.UNKNOWN : before.cause();
        return new StoredPod(
                facts,
                pod.lifecycle(),
                pod.recreation(),
                pod.lifecycleVersion(),
                verdict,
                verdict.isNotApplied() ? cause : null);
    }
}
