package dev.injectionauditor.importer;

import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static dev.injectionauditor.auditor.db.Tables.LOGGED_CREATION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.outage.LoggedCreation;
import dev.injectionauditor.auditor.audit.outage.LoggedHistory;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A history that was imported into the schema before events were known by their evidence. */
class OlderHistoryIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final Instant AT = Instant.parse("2026-11-23T06:43:09.092744Z");

    @Test
    void shouldKnowTheEventsOfAnOlderHistory() {
        // Given one event with a webhook and one without, as they were stored then
        DSLContext db = database.get().jooq();
        db.execute("drop schema injection_auditor cascade");
        Flyway.configure()
                .dataSource(database.url(), null, null)
                .defaultSchema(Database.SCHEMA)
                .locations("classpath:db/migration")
                .target("5")
                .load()
                .migrate();
        UUID called = UUID.randomUUID();
        UUID uncalled = UUID.randomUUID();
        db.execute("set search_path to injection_auditor");
        db.execute("insert into watched_webhook (cluster, webhook) values ('imported', '" + Recorded.WEBHOOK + "')");
        db.execute("insert into logged_creation values ('" + called + "', '" + AT + "'), ('" + uncalled + "', '" + AT
                + "')");
        db.execute("insert into evidence values (1, '" + AT + "', 0, '" + called + "', 'audit', 'missed')");
        db.execute("insert into logged_miss values (1, '" + called + "', '" + AT + "', 'shop', 'a', null)");
        db.execute("reset search_path");

        // When it is brought up to date and the same events are imported again, with a new one
        database.get().migrate();
        LoggedCreation more = creation(UUID.randomUUID(), Map.of(Recorded.WEBHOOK, true));
        List<LoggedCreation> added = new LoggedHistory(db, "imported", Duration.ofSeconds(5))
                .add(List.of(creation(called, Map.of(Recorded.WEBHOOK, false)), creation(uncalled, Map.of()), more))
                .creations();

        // Then only the new one counts
        assertThat(added).containsExactly(more);
        assertThat(db.fetchCount(EVIDENCE)).isEqualTo(2);
        assertThat(db.fetchCount(LOGGED_CREATION)).isOne();
    }

    private static LoggedCreation creation(UUID id, Map<String, Boolean> applied) {
        return new LoggedCreation(id, AT, "shop", "a", null, applied.containsValue(false), applied);
    }
}
