package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;

import dev.injectionauditor.auditor.db.tables.records.WatchedWebhookRecord;
import dev.injectionauditor.schema.WatchedWebhook;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;

/** The table {@code watched_webhook}. Whoever changes the history of a webhook holds the lock on its row. */
final class WebhookTable {

    private WebhookTable() {}

    /** The numbers of these webhooks, new if need be. Nobody else changes their history until the transaction ends. */
    static Map<WatchedWebhook, Integer> lock(DSLContext tx, Collection<WatchedWebhook> sources) {
        Map<WatchedWebhook, Integer> found = find(tx, sources);
        List<WatchedWebhook> missing =
                sources.stream().filter(source -> !found.containsKey(source)).toList();
        if (!missing.isEmpty()) {
            rows(missing).insertInto(tx).onConflictDoNothing().execute();
            found.putAll(find(tx, missing));
        }
        return found;
    }

    /** As above, for one webhook. */
    static int lock(DSLContext tx, WatchedWebhook source) {
        return lock(tx, List.of(source)).get(source);
    }

    /** As above, for a webhook that is there already. */
    static void lock(DSLContext tx, int webhook) {
        tx.select(WATCHED_WEBHOOK.WEBHOOK_ID)
                .from(WATCHED_WEBHOOK)
                .where(WATCHED_WEBHOOK.WEBHOOK_ID.eq(webhook))
                .forNoKeyUpdate()
                .execute();
    }

    private static Map<WatchedWebhook, Integer> find(DSLContext tx, Collection<WatchedWebhook> sources) {
        return tx.selectFrom(WATCHED_WEBHOOK)
                .where(rows(sources).contain())
                // Always in the same order, so that two that need several cannot block each other.
                .orderBy(WATCHED_WEBHOOK.WEBHOOK_ID)
                // Not stronger than this: rows that refer to the webhook need the key to stay, no more.
                .forNoKeyUpdate()
                .fetchMap(
                        found -> new WatchedWebhook(found.getCluster(), found.getWebhook()),
                        WatchedWebhookRecord::getWebhookId);
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
