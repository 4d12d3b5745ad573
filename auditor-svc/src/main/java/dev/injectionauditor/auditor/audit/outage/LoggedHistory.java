package dev.injectionauditor.auditor.audit.outage;

import static dev.injectionauditor.auditor.db.Tables.LOGGED_CREATION;
import static dev.injectionauditor.auditor.db.Tables.LOGGED_MISS;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;

import dev.injectionauditor.auditor.audit.sql.Rows;
import dev.injectionauditor.auditor.audit.sql.WebhookTable;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jooq.DSLContext;

/**
 * Adds what the audit log of an API server tells to the history of a cluster: evidence, windows and misses, by the same
 * rules as for Pods. Adding an event again changes nothing.
 */
public final class LoggedHistory {

    /** Pieces of evidence that fit into memory beside a batch. */
    private static final int FEW = 10_000;

    private final DSLContext jooq;
    private final String cluster;
    private final Duration quietPeriod;

    /** @param cluster id of the cluster whose log it is */
    public LoggedHistory(DSLContext jooq, String cluster, Duration quietPeriod) {
        this.jooq = jooq;
        this.cluster = cluster;
        this.quietPeriod = quietPeriod;
    }

    /**
     * What became of a batch.
     *
     * @param creations those that were not there before and count from now on
     * @param tooOld how many are from before the time that this history is kept for
     */
    public record Added(List<LoggedCreation> creations, int tooOld) {}

    /** Adds a batch in one transaction. */
    public Added add(Collection<LoggedCreation> batch) {
        Collection<LoggedCreation> events = withoutRepetition(batch);
        return jooq.transactionResult(configuration -> {
            DSLContext tx = configuration.dsl();
            // Before the retention, as those do who drop old evidence.
            Map<String, Integer> webhooks = new HashMap<>();
            WebhookTable.lock(
                            tx,
                            events.stream()
                                    .flatMap(creation -> creation.applied().keySet().stream())
                                    .distinct()
                                    .map(this::webhook)
                                    .toList())
                    .forEach((source, number) -> webhooks.put(source.webhook(), number));
            Instant keptSince = RetentionTable.keptSince(tx);
            List<LoggedCreation> kept = events.stream()
                    .filter(creation -> !creation.at().isBefore(keptSince))
                    .toList();
            Set<LoggedCreation> added = Collections.newSetFromMap(new IdentityHashMap<>());
            byWebhook(kept).forEach((name, creations) -> added.addAll(add(tx, name, webhooks.get(name), creations)));
            added.addAll(addUncalled(
                    tx,
                    kept.stream()
                            .filter(creation -> creation.applied().isEmpty())
                            .toList()));
            return new Added(List.copyOf(added), events.size() - kept.size());
        });
    }

    private record Identity(UUID auditId, Instant at) {

        static Identity of(LoggedCreation creation) {
            return new Identity(creation.auditId(), creation.at());
        }
    }

    private static Collection<LoggedCreation> withoutRepetition(Collection<LoggedCreation> batch) {
        Map<Identity, LoggedCreation> events = new LinkedHashMap<>();
        batch.forEach(creation -> events.putIfAbsent(Identity.of(creation), creation));
        return events.values();
    }

    private WatchedWebhook webhook(String name) {
        return new WatchedWebhook(cluster, name);
    }

    private static SortedMap<String, List<LoggedCreation>> byWebhook(Collection<LoggedCreation> creations) {
        SortedMap<String, List<LoggedCreation>> byWebhook = new TreeMap<>();
        creations.forEach(creation -> creation.applied()
                .keySet()
                .forEach(webhook -> byWebhook
                        .computeIfAbsent(webhook, name -> new ArrayList<>())
                        .add(creation)));
        return byWebhook;
    }

    /** Returns those that are new. An event that names a webhook is known by its evidence. */
    private List<LoggedCreation> add(DSLContext tx, String name, int webhook, List<LoggedCreation> creations) {
        EvidenceTable table = new EvidenceTable(tx, webhook);
        NavigableMap<Evidence, LoggedCreation> told = new TreeMap<>();
        creations.forEach(creation -> told.put(creation.evidence(name), creation));
        Instant first = told.firstKey().at();
        Instant last = told.lastKey().at();
        boolean fewAreThere = table.hasAtMost(FEW, first, last);
        EvidenceLog evidence = fewAreThere ? new LoadedSpan(table, first, last) : table;
        (fewAreThere ? evidence.between(first, last) : table.stored(told.keySet())).forEach(told::remove);
        List<LoggedCreation> added = List.copyOf(told.values());
        addMisses(
                tx,
                webhook,
                added.stream().filter(creation -> !creation.applied().get(name)).toList());
        new OutageHistory(evidence, new OutageTable(tx, webhook), webhook(name), quietPeriod)
                .update(told.keySet().stream()
                        .map(piece -> new EvidenceChange(null, piece))
                        .toList());
        return added;
    }

    /** As above, for events that name no webhook, which leave no evidence. */
    private List<LoggedCreation> addUncalled(DSLContext tx, List<LoggedCreation> creations) {
        if (creations.isEmpty()) {
            return List.of();
        }
        // Always in the same order, for the same reason as the webhooks.
        List<LoggedCreation> sorted = creations.stream()
                .sorted(Comparator.comparing(LoggedCreation::at).thenComparing(LoggedCreation::auditId))
                .toList();
        Set<Identity> added = new HashSet<>(Rows.of(LOGGED_CREATION, sorted)
                .all(LOGGED_CREATION.CLUSTER, cluster)
                .each(LOGGED_CREATION.AUDIT_ID, LoggedCreation::auditId)
                .each(LOGGED_CREATION.LOGGED_AT, LoggedCreation::at)
                .insertInto(tx)
                .onConflictDoNothing()
                .returning(LOGGED_CREATION.AUDIT_ID, LOGGED_CREATION.LOGGED_AT)
                .fetch(row -> new Identity(row.getAuditId(), row.getLoggedAt())));
        return creations.stream()
                .filter(creation -> added.contains(Identity.of(creation)))
                .toList();
    }

    private static void addMisses(DSLContext tx, int webhook, List<LoggedCreation> misses) {
        if (!misses.isEmpty()) {
            Rows.of(LOGGED_MISS, misses)
                    .all(LOGGED_MISS.WEBHOOK_ID, webhook)
                    .each(LOGGED_MISS.AUDIT_ID, LoggedCreation::auditId)
                    .each(LOGGED_MISS.MISSED_AT, LoggedCreation::at)
                    .each(LOGGED_MISS.NAMESPACE, LoggedCreation::namespace)
                    .each(LOGGED_MISS.POD_NAME, LoggedCreation::name)
                    .each(LOGGED_MISS.POD_UID, LoggedCreation::podUid)
                    .add(tx);
        }
    }

    /** The outage windows of the cluster, by webhook and time. */
    public List<LoggedOutage> outages() {
        return jooq.select(
                        WATCHED_WEBHOOK.WEBHOOK,
                        OUTAGE.STARTED_AFTER,
                        OUTAGE.STARTED_BY,
                        OUTAGE.ENDED_AFTER,
                        OUTAGE.ENDED_BEFORE,
                        OUTAGE.MISSED.plus(OUTAGE.PRESET).plus(OUTAGE.PROBES),
                        OUTAGE.APPLIED)
                .from(OUTAGE)
                .join(WATCHED_WEBHOOK)
                .on(WATCHED_WEBHOOK.WEBHOOK_ID.eq(OUTAGE.WEBHOOK_ID))
                .where(WATCHED_WEBHOOK.CLUSTER.eq(cluster))
                .orderBy(WATCHED_WEBHOOK.WEBHOOK, OUTAGE.STARTED_BY)
                .fetch(row -> new LoggedOutage(
                        row.value1(),
                        row.value2(),
                        row.value3(),
                        row.value4(),
                        row.value5(),
                        row.value6(),
                        row.value7()));
    }
}
