package dev.injectionauditor.auditor.audit.cause;

import static dev.injectionauditor.auditor.db.Tables.ENDPOINTS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.select;

import dev.injectionauditor.auditor.audit.cause.LateAnswers.Answer;
import dev.injectionauditor.auditor.audit.verdict.PodFacts;
import dev.injectionauditor.auditor.audit.verdict.StoredPod;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Finds in the history why calls were missed. The history must have the batch already, causes aside. */
final class CauseFinder {

    // A creationTimestamp has whole seconds: the Pod was created within the second that begins there.
    static final Duration TIMESTAMP_RESOLUTION = Duration.ofSeconds(1);

    private final Set<UUID> answeredLate;
    private final NavigableMap<Instant, Integer> readyEndpoints;

    private CauseFinder(Set<UUID> answeredLate, NavigableMap<Instant, Integer> readyEndpoints) {
        this.answeredLate = answeredLate;
        this.readyEndpoints = readyEndpoints;
    }

    /**
     * A finder for some Pods with missed calls.
     *
     * @param missed the Pods, and all others that can have answers in common with them
     * @param answers those that fit one of them and that no Pod carries the stamp of
     */
    static CauseFinder of(DSLContext tx, int webhook, Collection<PodFacts> missed, Collection<Answer> answers) {
        return new CauseFinder(LateAnswers.find(missed, answers), readyEndpoints(tx, webhook, missed));
    }

    StoredPod withCause(StoredPod missed) {
        PodFacts facts = missed.facts();
        return missed.withCause(CauseRule.decide(
                new CauseRule.Circumstances(answeredLate.contains(facts.pod().uid()), fewestReady(facts.createdAt()))));
    }

    /** The fewest ready endpoints of the second; null if they are not known. */
    private @Nullable Integer fewestReady(Instant second) {
        Map.Entry<Instant, Integer> before = readyEndpoints.floorEntry(second);
        return Stream.concat(
                        Stream.ofNullable(before).map(Map.Entry::getValue),
                        readyEndpoints
                                .subMap(second, false, second.plus(TIMESTAMP_RESOLUTION), false)
                                .values()
                                .stream())
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    /** The changes of ready endpoints that matter for these Pods. */
    private static NavigableMap<Instant, Integer> readyEndpoints(
            DSLContext tx, int webhook, Collection<PodFacts> missed) {
        Instant first = first(missed);
        return tx.select(ENDPOINTS.SEEN_AT, ENDPOINTS.READY)
                .from(ENDPOINTS)
                .where(ENDPOINTS.WEBHOOK_ID.eq(webhook))
                .and(ENDPOINTS.SEEN_AT.ge(coalesce(
                        select(max(ENDPOINTS.SEEN_AT))
                                .from(ENDPOINTS)
                                .where(ENDPOINTS.WEBHOOK_ID.eq(webhook))
                                .and(ENDPOINTS.SEEN_AT.le(first))
                                .asField(),
                        first)))
                .and(ENDPOINTS.SEEN_AT.lt(last(missed).plus(TIMESTAMP_RESOLUTION)))
                .fetchStream()
                .collect(Collectors.toMap(
                        change -> change.value1(), change -> change.value2(), (one, other) -> other, TreeMap::new));
    }

    /** When the ready endpoints changed for the first time after this moment; null if that is not known. */
    static @Nullable Instant nextEndpointsAfter(DSLContext tx, int webhook, Instant moment) {
        return tx.select(min(ENDPOINTS.SEEN_AT))
                .from(ENDPOINTS)
                .where(ENDPOINTS.WEBHOOK_ID.eq(webhook))
                .and(ENDPOINTS.SEEN_AT.gt(moment))
                .fetchSingle()
                .value1();
    }

    static Instant first(Collection<PodFacts> pods) {
        return pods.stream().map(PodFacts::createdAt).min(Instant::compareTo).orElseThrow();
    }

    static Instant last(Collection<PodFacts> pods) {
        return pods.stream().map(PodFacts::createdAt).max(Instant::compareTo).orElseThrow();
    }
}
