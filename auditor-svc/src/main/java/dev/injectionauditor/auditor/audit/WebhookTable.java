package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;

import dev.injectionauditor.schema.WatchedWebhook;
import java.util.Optional;
import org.jooq.DSLContext;

/** The table {@code watched_webhook}. Whoever changes the history of a webhook holds the lock on its row. */
final class WebhookTable {

    private WebhookTable() {}

    /** The number of the webhook, new if need be; nobody else changes its history until the transaction ends. */
    static int lock(DSLContext tx, WatchedWebhook source) {
        return find(tx, source).orElseGet(() -> {
            tx.insertInto(WATCHED_WEBHOOK, WATCHED_WEBHOOK.CLUSTER, WATCHED_WEBHOOK.WEBHOOK)
                    .values(source.cluster(), source.webhook())
                    .onConflictDoNothing()
                    .execute();
            return find(tx, source).orElseThrow();
        });
    }

    /** As above, for a webhook that is there already. */
    static void lock(DSLContext tx, int webhook) {
        tx.select(WATCHED_WEBHOOK.WEBHOOK_ID)
                .from(WATCHED_WEBHOOK)
                .where(WATCHED_WEBHOOK.WEBHOOK_ID.eq(webhook))
                .forNoKeyUpdate()
                .execute();
    }

    private static Optional<Integer> find(DSLContext tx, WatchedWebhook source) {
        // Not stronger than this: rows that refer to the webhook need the key to stay, no more.
        return tx.select(WATCHED_WEBHOOK.WEBHOOK_ID)
                .from(WATCHED_WEBHOOK)
                .where(WATCHED_WEBHOOK.CLUSTER.eq(source.cluster()))
                .and(WATCHED_WEBHOOK.WEBHOOK.eq(source.webhook()))
                .forNoKeyUpdate()
                .fetchOptional(WATCHED_WEBHOOK.WEBHOOK_ID);
    }
}
