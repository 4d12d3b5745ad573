package dev.injectionauditor.auditor.audit.sql;

import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;

import dev.injectionauditor.auditor.db.tables.records.WatchedWebhookRecord;
import dev.injectionauditor.schema.WatchedWebhook;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.SelectConditionStep;

/** The table {@code watched_webhook}. Whoever changes the history of a webhook holds the lock on its row. */
public final class WebhookTable {

    private WebhookTable() {}

    /** The numbers of these webhooks, new if need be. Nobody else changes their history until the transaction ends. */
    public static Map<WatchedWebhook, Integer> lock(DSLContext tx, Collection<WatchedWebhook> sources) {
        Set<WatchedWebhook> known = find(tx, sources).fetchSet(WebhookTable::source);
        List<WatchedWebhook> missing =
                sources.stream().filter(source -> !known.contains(source)).toList();
        if (!missing.isEmpty()) {
            // Before any is locked: whoever adds the same one at this moment is waited for.
            rows(missing).insertInto(tx).onConflictDoNothing().execute();
        }
        Map<WatchedWebhook, Integer> locked = find(tx, sources)
                // Always in the same order, so that two that need several cannot block each other.
                .orderBy(WATCHED_WEBHOOK.CLUSTER.collate("C"), WATCHED_WEBHOOK.WEBHOOK.collate("C"))
                // Not stronger than this: rows that refer to the webhook need the key to stay, no more.
                .forNoKeyUpdate()
                .fetchMap(WebhookTable::source, WatchedWebhookRecord::getWebhookId);
        if (!locked.keySet().containsAll(sources)) {
            throw new IllegalStateException("a webhook has vanished");
        }
        return locked;
    }

    /** As above, for one webhook. */
    public static int lock(DSLContext tx, WatchedWebhook source) {
        return lock(tx, List.of(source)).get(source);
    }

    /** As above, for a webhook that is there already. */
    public static void lock(DSLContext tx, int webhook) {
        tx.select(WATCHED_WEBHOOK.WEBHOOK_ID)
                .from(WATCHED_WEBHOOK)
                .where(WATCHED_WEBHOOK.WEBHOOK_ID.eq(webhook))
                .forNoKeyUpdate()
                .execute();
    }

    private static SelectConditionStep<WatchedWebhookRecord> find(DSLContext tx, Collection<WatchedWebhook> sources) {
        return tx.selectFrom(WATCHED_WEBHOOK).where(rows(sources).contain());
    }

    private static WatchedWebhook source(WatchedWebhookRecord row) {
        return new WatchedWebhook(row.getCluster(), row.getWebhook());
    }

    private static Rows<WatchedWebhookRecord, WatchedWebhook> rows(Collection<WatchedWebhook> sources) {
        List<WatchedWebhook> sorted = sources.stream()
                .distinct()
                .sorted(Comparator.comparing(WatchedWebhook::source))
                .toList();
        return Rows.of(WATCHED_WEBHOOK, sorted)
                .each(WATCHED_WEBHOOK.CLUSTER, WatchedWebhook::cluster)
                .each(WATCHED_WEBHOOK.WEBHOOK, WatchedWebhook::webhook);
    }
}
