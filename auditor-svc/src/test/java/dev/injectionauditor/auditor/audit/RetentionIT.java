package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.outage.RetentionTable;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RetentionIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @Test
    void shouldGiveWhoDropsItsTurnBeforeThoseWhoComeLater() throws Exception {
        DSLContext db = database.get().jooq();
        AtomicReference<CompletableFuture<Void>> drop = new AtomicReference<>();
        AtomicReference<CompletableFuture<Instant>> later = new AtomicReference<>();
        CompletableFuture<Void> laterHasRead = new CompletableFuture<>();

        // Given somebody who relies on the evidence, for whom one who drops has to wait
        db.transaction(first -> {
            RetentionTable.keptSince(first.dsl());
            drop.set(Waiting.begin(
                    db, () -> db.transaction(transaction -> RetentionTable.keepSince(transaction.dsl(), ZERO))));

            // When another one comes, who will not end before that is done
            later.set(CompletableFuture.supplyAsync(() -> db.transactionResult(second -> {
                Instant keptSince = RetentionTable.keptSince(second.dsl());
                laterHasRead.complete(null);
                drop.get().get(5, TimeUnit.SECONDS);
                return keptSince;
            })));
            await().until(() -> laterHasRead.isDone() || Waiting.count(db) == 2);
        });

        // Then it is done first
        assertThat(later.get().get()).isEqualTo(ZERO);
    }
}
