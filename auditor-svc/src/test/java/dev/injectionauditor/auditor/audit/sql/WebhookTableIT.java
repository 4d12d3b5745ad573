package dev.injectionauditor.auditor.audit.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.WatchedWebhook;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Webhooks are locked, new or not, by several at a time. */
@Timeout(60)
class WebhookTableIT {

    private static final int MEMBERS = 4;

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @Test
    void shouldGiveEachWebhookOneNumber() {
        DSLContext db = database.get().jooq();
        WatchedWebhook a = new WatchedWebhook("garden-1", "a.example");
        WatchedWebhook b = new WatchedWebhook("garden-1", "b.example");
        WatchedWebhook other = new WatchedWebhook("garden-2", "a.example");

        // Given one that is known
        int known = db.transactionResult(transaction -> WebhookTable.lock(transaction.dsl(), b));

        // When it is locked with others, one of them named twice
        Map<WatchedWebhook, Integer> locked =
                db.transactionResult(transaction -> WebhookTable.lock(transaction.dsl(), List.of(a, b, other, a)));

        // Then
        assertThat(locked).containsOnlyKeys(a, b, other).containsEntry(b, known);
        assertThat(locked.values()).doesNotHaveDuplicates();
        Map<WatchedWebhook, Integer> nothing =
                db.transactionResult(transaction -> WebhookTable.lock(transaction.dsl(), List.of()));
        assertThat(nothing).isEmpty();
    }

    @Test
    void shouldNotBlockEachOtherForEver() throws InterruptedException, ExecutionException {
        // Given members that want the same webhooks in any order, among them new ones each time
        DSLContext db = database.get().jooq();
        Random random = new Random(1);
        List<List<WatchedWebhook>> wanted = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            List<WatchedWebhook> some = new ArrayList<>(IntStream.rangeClosed(i / 8, i / 8 + 5)
                    .mapToObj(n -> new WatchedWebhook("garden-" + n % 7, n + ".example"))
                    .toList());
            Collections.shuffle(some, random);
            wanted.add(some);
        }

        // When they lock them at the same time
        List<Future<?>> locks = new ArrayList<>();
        try (ExecutorService members = Executors.newFixedThreadPool(MEMBERS)) {
            wanted.forEach(some -> locks.add(
                    members.submit(() -> db.transaction(transaction -> WebhookTable.lock(transaction.dsl(), some)))));
        }

        // Then each has got them
        for (Future<?> lock : locks) {
            lock.get();
        }
    }
}
