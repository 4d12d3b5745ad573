package dev.injectionauditor.auditor.audit.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.audit.Auditing;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.RecreationTraits;
import dev.injectionauditor.schema.Scope;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Verdicts are a function of the observations as a set: copied stamps, old versions and exempt ones may come in any
 * order. What is stored besides is a function of their sequence, however it is cut into batches.
 */
class PodJudgePropertyTest {

    /** Began to decide so after all Pods. */
    private static final Scope YOUNG =
            new Scope(null, new Scope.Configuration("hook", new UUID(1, 1), 2, Auditing.at(3_600)));

    @Property(tries = 3_000)
    void shouldDecideTheSameInAnyOrderAndAnyBatches(@ForAll("batches") List<List<PodObservation>> batches) {
        Map<UUID, StoredPod> stored = new HashMap<>();
        Map<UUID, StoredPod> storedOneByOne = new HashMap<>();
        Set<PodObservation> seen = new HashSet<>();
        for (List<PodObservation> batch : batches) {
            // When a batch is judged by what is stored of its Pods and of their stamps
            judge(stored, batch);
            batch.forEach(observation -> judge(storedOneByOne, List.of(observation)));
            seen.addAll(batch);

            // Then the verdicts are those of all that was seen
            assertThat(stored.entrySet().stream()
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey, pod -> pod.getValue().verdict())))
                    .isEqualTo(oracle(seen));

            // And all that is stored is what each by itself would have left
            assertThat(stored).isEqualTo(storedOneByOne);
        }
    }

    private static void judge(Map<UUID, StoredPod> stored, List<PodObservation> batch) {
        for (PodChange change : new PodJudge(known(stored, batch)).judge(batch)) {
            assertThat(change.before()).isEqualTo(stored.get(change.uid()));
            stored.put(change.uid(), change.after());
        }
    }

    /** What {@link PodsInQuestion#load} would find. */
    private static List<StoredPod> known(Map<UUID, StoredPod> stored, List<PodObservation> batch) {
        Set<UUID> uids =
                batch.stream().map(observation -> observation.pod().uid()).collect(Collectors.toSet());
        Set<UUID> stamps = batch.stream()
                .map(PodObservation::stamp)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(HashSet::new));
        stored.values().stream()
                .filter(pod -> uids.contains(pod.facts().pod().uid()))
                .map(pod -> pod.facts().stamp())
                .filter(Objects::nonNull)
                .forEach(stamps::add);
        return stored.values().stream()
                .filter(pod -> uids.contains(pod.facts().pod().uid())
                        || stamps.contains(pod.facts().stamp()))
                .toList();
    }

    /** Of each Pod its oldest version in scope counts; of each stamp its first carrier. */
    private static Map<UUID, Verdict> oracle(Set<PodObservation> seen) {
        Map<UUID, PodObservation> oldest = seen.stream()
                .filter(observation -> observation.scope().exemption() == null)
                .filter(observation -> observation.stamp() != null
                        || !observation.lacking().isEmpty()
                        || !observation.scope().equals(YOUNG))
                .collect(Collectors.toMap(
                        observation -> observation.pod().uid(),
                        observation -> observation,
                        (one, other) -> version(one) <= version(other) ? one : other));
        return oldest.values().stream()
                .collect(Collectors.toMap(observation -> observation.pod().uid(), observation -> {
                    Optional<PodObservation> first = oldest.values().stream()
                            .filter(other ->
                                    other.stamp() != null && other.stamp().equals(observation.stamp()))
                            .min(Comparator.comparing(PodObservation::createdAt)
                                    .thenComparing(PodJudgePropertyTest::version));
                    boolean own = first.equals(Optional.of(observation));
                    boolean complete = observation.lacking().isEmpty();
                    if (own) {
                        return complete ? Verdict.INJECTED : Verdict.INCOMPLETE;
                    }
                    return complete ? Verdict.PRESET : Verdict.MISSED;
                }));
    }

    private static long version(PodObservation observation) {
        return Long.parseLong(observation.resourceVersion());
    }

    @Provide
    Arbitrary<List<List<PodObservation>>> batches() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 6),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.of(Lifecycle.class),
                        Arbitraries.integers().between(0, 3))
                .as(PodJudgePropertyTest::observation)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    /** What a version of a Pod says is a function of its stamp, so that no two say different things. */
    private static PodObservation observation(
            int number, int version, int stampOffset, Lifecycle lifecycle, int scope) {
        int stamp = (number * 7 + version * 5 + stampOffset) % 4;
        PodObservation pod = Auditing.pod(
                number,
                number / 2,
                null,
                stamp == 0 ? null : Auditing.stamp(stamp),
                (number + stamp) % 3 == 0 ? List.of("web") : List.of());
        return new PodObservation(
                pod.pod(),
                Integer.toString(10 * number + 100 * version + stamp),
                pod.createdAt(),
                pod.owner(),
                pod.stamp(),
                pod.containers(),
                pod.lacking(),
                scope(scope, stamp, pod),
                lifecycle,
                RecreationTraits.NONE,
                pod.observedAt());
    }

    /** Observers may differ about the scope even of one version, and so may what they know of the configuration. */
    private static Scope scope(int number, int stamp, PodObservation pod) {
        return switch (number) {
            case 0 -> new Scope(Scope.Exemption.OBJECT_SELECTOR, null);
            // A copied stamp on a Pod that is older than the configuration is beyond what these rules promise.
            case 1 -> stamp == 0 && pod.lacking().isEmpty() ? YOUNG : pod.scope();
            default -> pod.scope();
        };
    }
}
