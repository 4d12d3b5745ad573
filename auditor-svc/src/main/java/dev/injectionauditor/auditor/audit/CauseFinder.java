package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.ADMISSION;
import static dev.injectionauditor.auditor.db.Tables.ENDPOINTS;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.jooq.impl.DSL.all;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import dev.injectionauditor.schema.PodRef;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.DSLContext;

/** Finds in the history why calls were missed. */
final class CauseFinder {

    // The API server waits 30 s at the most before it creates the Pod; clocks may differ by as much again.
    private static final Duration ANSWERED_BEFORE = Duration.ofMinutes(1);
    // A process that was frozen answers when it is thawed.
    private static final Duration ANSWERED_AFTER = Duration.ofMinutes(10);
    // A creationTimestamp has whole seconds: the Pod was created within the second that begins there.
    static final Duration TIMESTAMP_RESOLUTION = Duration.ofSeconds(1);

    private final Map<PodName, List<Instant>> answers;
    private final NavigableMap<Instant, Integer> readyEndpoints;

    private record PodName(String namespace, String name) {}

    private CauseFinder(Map<PodName, List<Instant>> answers, NavigableMap<Instant, Integer> readyEndpoints) {
        this.answers = answers;
        this.readyEndpoints = readyEndpoints;
    }

    /** The same changes, with the causes of missed calls as the history gives them now. */
    static List<PodChange> assign(DSLContext tx, int webhook, List<PodChange> changes) {
        List<PodFacts> missed = changes.stream()
                .map(PodChange::after)
                .filter(after -> after != null && after.verdict().isNotApplied())
                .map(StoredPod::facts)
                .toList();
        if (missed.isEmpty()) {
            return changes;
        }
        Set<UUID> stamps = changes.stream()
                .map(PodChange::after)
                .filter(Objects::nonNull)
                .map(after -> after.facts().stamp())
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(HashSet::new));
        CauseFinder finder =
                new CauseFinder(unusedAnswers(tx, webhook, missed, stamps), readyEndpoints(tx, webhook, missed));
        return changes.stream().map(finder::assign).toList();
    }

    private PodChange assign(PodChange change) {
        StoredPod after = change.after();
        if (after == null || !after.verdict().isNotApplied()) {
            return change;
        }
        return new PodChange(change.before(), after.withCause(CauseRule.decide(circumstances(after.facts()))));
    }

    private CauseRule.Circumstances circumstances(PodFacts facts) {
        Instant created = facts.createdAt();
        boolean answered = answers.getOrDefault(name(facts.pod()), List.of()).stream()
                .anyMatch(at ->
                        !at.isBefore(created.minus(ANSWERED_BEFORE)) && !at.isAfter(created.plus(ANSWERED_AFTER)));
        Map.Entry<Instant, Integer> ready = readyEndpoints.lowerEntry(created.plus(TIMESTAMP_RESOLUTION));
        return new CauseRule.Circumstances(answered, ready == null ? null : ready.getValue());
    }

    /** When calls for Pods of these names were answered, as far as no Pod carries their stamp. */
    private static Map<PodName, List<Instant>> unusedAnswers(
            DSLContext tx, int webhook, List<PodFacts> missed, Set<UUID> stamps) {
        return tx.select(ADMISSION.NAMESPACE, ADMISSION.POD_NAME, ADMISSION.ANSWERED_AT)
                .from(ADMISSION)
                .where(ADMISSION.WEBHOOK_ID.eq(webhook))
                .and(row(ADMISSION.NAMESPACE, ADMISSION.POD_NAME)
                        .in(missed.stream()
                                .map(facts ->
                                        row(facts.pod().namespace(), facts.pod().name()))
                                .toList()))
                .and(ADMISSION.REQUEST_UID.ne(all(stamps.toArray(UUID[]::new))))
                .and(notExists(selectOne()
                        .from(POD)
                        .where(POD.WEBHOOK_ID.eq(webhook))
                        .and(POD.STAMP.eq(ADMISSION.REQUEST_UID))))
                .fetchGroups(answer -> new PodName(answer.value1(), answer.value2()), answer -> answer.value3());
    }

    /** The changes of ready endpoints that matter for these Pods. */
    private static NavigableMap<Instant, Integer> readyEndpoints(DSLContext tx, int webhook, List<PodFacts> missed) {
        Instant first =
                missed.stream().map(PodFacts::createdAt).min(Instant::compareTo).orElseThrow();
        Instant last =
                missed.stream().map(PodFacts::createdAt).max(Instant::compareTo).orElseThrow();
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
                .and(ENDPOINTS.SEEN_AT.lt(last.plus(TIMESTAMP_RESOLUTION)))
                .fetchStream()
                .collect(Collectors.toMap(
                        change -> change.value1(), change -> change.value2(), (one, other) -> other, TreeMap::new));
    }

    private static PodName name(PodRef pod) {
        return new PodName(pod.namespace(), pod.name());
    }
}
