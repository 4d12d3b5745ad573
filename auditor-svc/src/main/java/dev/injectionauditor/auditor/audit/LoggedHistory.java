package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.LOGGED_CREATION;
import static dev.injectionauditor.auditor.db.Tables.LOGGED_MISS;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;

import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jooq.DSLContext;

/**
 * Adds what the audit log of an API server tells to the history of a cluster: evidence, windows and misses, by the same
 * rules as for Pods. Adding an event again changes nothing.
 */
public final class LoggedHistory {

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
     * @param added ids of the creations that were not there before and count from now on
     * @param tooOld how many are from before the time that this history is kept for
     */
    public record Added(Set<UUID> added, int tooOld) {}

    /** Adds a batch in one transaction. */
    public Added add(Collection<LoggedCreation> batch) {
        Map<UUID, LoggedCreation> byId = new LinkedHashMap<>();
        batch.forEach(creation -> byId.putIfAbsent(creation.auditId(), creation));
        return jooq.transactionResult(configuration -> {
            DSLContext tx = configuration.dsl();
            Instant keptSince = RetentionTable.keptSince(tx);
            int before = byId.size();
            byId.values().removeIf(creation -> creation.at().isBefore(keptSince));
            Set<UUID> added = insert(tx, byId.values());
            byWebhook(byId, added).forEach((webhook, creations) -> add(tx, webhook, creations));
            return new Added(added, before - byId.size());
        });
    }

    private static Set<UUID> insert(DSLContext tx, Collection<LoggedCreation> creations) {
        if (creations.isEmpty()) {
            return Set.of();
        }
        return new HashSet<>(Rows.of(LOGGED_CREATION, List.copyOf(creations))
                .each(LOGGED_CREATION.AUDIT_ID, LoggedCreation::auditId)
                .each(LOGGED_CREATION.LOGGED_AT, LoggedCreation::at)
                .insertInto(tx)
                .onConflictDoNothing()
                .returning(LOGGED_CREATION.AUDIT_ID)
                .fetch(LOGGED_CREATION.AUDIT_ID));
    }

    /** In the order of their names, so that two imports cannot block each other. */
    private static Map<String, List<LoggedCreation>> byWebhook(Map<UUID, LoggedCreation> byId, Set<UUID> added) {
        Map<String, List<LoggedCreation>> byWebhook = new TreeMap<>();
        List<LoggedCreation> creations = byId.values().stream()
                .filter(creation -> added.contains(creation.auditId()))
                .toList();
        creations.stream()
                .flatMap(creation -> creation.applied().keySet().stream())
                .distinct()
                .forEach(webhook -> byWebhook.put(
                        webhook,
                        creations.stream()
                                .filter(creation -> creation.applied().containsKey(webhook))
                                .toList()));
        return byWebhook;
    }

    private void add(DSLContext tx, String name, List<LoggedCreation> creations) {
        WatchedWebhook source = new WatchedWebhook(cluster, name);
        int webhook = WebhookTable.lock(tx, source);
        List<LoggedCreation> misses = creations.stream()
                .filter(creation -> !creation.applied().get(name))
                .toList();
        if (!misses.isEmpty()) {
            insertMisses(tx, webhook, misses);
        }
        new OutageHistory(new EvidenceTable(tx, webhook), new OutageTable(tx, webhook), source, quietPeriod)
                .update(creations.stream()
                        .map(creation -> new EvidenceChange(
                                null, creation.evidence(creation.applied().get(name))))
                        .toList());
    }

    private static void insertMisses(DSLContext tx, int webhook, List<LoggedCreation> misses) {
        Rows.of(LOGGED_MISS, misses)
                .all(LOGGED_MISS.WEBHOOK_ID, webhook)
                .each(LOGGED_MISS.AUDIT_ID, LoggedCreation::auditId)
                .each(LOGGED_MISS.MISSED_AT, LoggedCreation::at)
                .each(LOGGED_MISS.NAMESPACE, LoggedCreation::namespace)
                .each(LOGGED_MISS.POD_NAME, LoggedCreation::name)
                .each(LOGGED_MISS.POD_UID, LoggedCreation::podUid)
                .insertInto(tx)
                .execute();
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
