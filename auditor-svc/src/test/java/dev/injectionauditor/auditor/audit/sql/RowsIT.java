package dev.injectionauditor.auditor.audit.sql;

import static dev.injectionauditor.auditor.db.Tables.LOGGED_MISS;
import static dev.injectionauditor.auditor.db.Tables.OUTBOX;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.auditor.db.tables.records.LoggedMissRecord;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows are the same, however many there are: many go by way of COPY. */
class RowsIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private DSLContext db;
    private int webhook;

    @BeforeEach
    void open() {
        db = database.get().jooq();
        webhook = WebhookTable.lock(db, new WatchedWebhook("garden-1", "hook.example.org"));
    }

    private record Miss(UUID id, Instant at, String namespace, String pod, UUID podUid) {}

    @ParameterizedTest
    @ValueSource(ints = {1, 199, 200, 5_000})
    void shouldStoreTheSameValuesHoweverMany(int count) {
        // Given rows with nulls, texts of all lengths and characters, and times of all years
        Random random = new Random(count);
        List<Miss> misses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            misses.add(new Miss(
                    new UUID(random.nextLong(), random.nextLong()),
                    Instant.ofEpochSecond(
                            random.nextLong(-60_000_000_000L, 200_000_000_000L), random.nextInt(1_000_000) * 1_000L),
                    "é\t\\N\"{}\n'".repeat(random.nextInt(3)) + i,
                    i % 3 == 0 ? null : "x".repeat(i % 1_000 == 1 ? 200_000 : i % 50),
                    i % 2 == 0 ? null : UUID.randomUUID()));
        }

        // When they are added
        db.transaction(tx -> rows(misses).add(tx.dsl()));

        // Then they are all there
        assertThat(db.selectFrom(LOGGED_MISS).fetch(RowsIT::miss)).containsExactlyInAnyOrderElementsOf(misses);
    }

    private Rows<LoggedMissRecord, Miss> rows(List<Miss> misses) {
        return Rows.of(LOGGED_MISS, misses)
                .all(LOGGED_MISS.WEBHOOK_ID, webhook)
                .each(LOGGED_MISS.AUDIT_ID, Miss::id)
                .each(LOGGED_MISS.MISSED_AT, Miss::at)
                .each(LOGGED_MISS.NAMESPACE, Miss::namespace)
                .each(LOGGED_MISS.POD_NAME, Miss::pod)
                .each(LOGGED_MISS.POD_UID, Miss::podUid);
    }

    private static Miss miss(LoggedMissRecord row) {
        return new Miss(row.getAuditId(), row.getMissedAt(), row.getNamespace(), row.getPodName(), row.getPodUid());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 199, 200, 5_000})
    void shouldStoreTheSameArraysHoweverMany(int count) {
        // Given arrays of texts, empty ones and such with characters that mean something among them
        List<List<String>> arrays = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            arrays.add(
                    i % 3 == 0
                            ? List.of()
                            : i % 3 == 1
                                    ? List.of("web-" + i)
                                    : List.of(
                                            "", "null", "é\t\\{},\"'", "x".repeat(i % 1_000 == 2 ? 200_000 : i % 50)));
        }

        // When
        db.transaction(tx -> Rows.of(POD, arrays)
                .all(POD.WEBHOOK_ID, webhook)
                .each(POD.POD_UID, any -> UUID.randomUUID())
                .all(POD.NAMESPACE, "shop")
                .all(POD.POD_NAME, "web")
                .all(POD.CREATED_AT, Instant.EPOCH)
                .all(POD.RESOURCE_VERSION, 1L)
                .all(POD.CONTAINERS, 4)
                .each(POD.LACKING, array -> array.toArray(String[]::new))
                .all(POD.IN_FORCE_SINCE, Instant.EPOCH)
                .all(POD.LIFECYCLE, Lifecycle.ACTIVE)
                .all(POD.LIFECYCLE_VERSION, 1L)
                .all(POD.VERDICT, Verdict.INCOMPLETE)
                .all(POD.STORED_AT, Instant.EPOCH)
                .add(tx.dsl()));

        // Then
        assertThat(db.selectFrom(POD).fetch(pod -> List.of(pod.getLacking())))
                .containsExactlyInAnyOrderElementsOf(arrays);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 300})
    void shouldRoundTimesInTheSameWay(int count) {
        for (String nanos : List.of("000001499", "000001500", "000001501", "000002500", "999999500")) {
            Instant time = Instant.parse("2026-11-23T06:43:09." + nanos + "Z");
            db.truncate(LOGGED_MISS).execute();
            List<Miss> misses = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                misses.add(new Miss(UUID.randomUUID(), time, "shop", null, null));
            }

            db.transaction(tx -> rows(misses).add(tx.dsl()));

            // Then as PostgreSQL itself does
            assertThat(db.selectDistinct(LOGGED_MISS.MISSED_AT)
                            .from(LOGGED_MISS)
                            .fetchSingle()
                            .value1())
                    .isEqualTo(
                            db.fetchSingle("select '" + time + "'::timestamptz").get(0, Instant.class));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 300})
    void shouldTellWhyRowsAreRefusedAndLeaveTheConnectionUsable(int count) {
        // Given rows of which the last one has a text that no database can hold
        List<Miss> misses = new ArrayList<>();
        for (int i = 1; i < count; i++) {
            misses.add(new Miss(UUID.randomUUID(), Instant.EPOCH, "shop", null, null));
        }
        misses.add(new Miss(UUID.randomUUID(), Instant.EPOCH, "a\0b", null, null));

        // When they are added, then the exception has the SQLSTATE, by which a bad record is told from a bad database
        assertThatThrownBy(() -> db.transaction(tx -> rows(misses).add(tx.dsl())))
                .isInstanceOfSatisfying(
                        DataAccessException.class,
                        failure -> assertThat(failure.sqlState()).isEqualTo("22021"));
        assertThat(db.fetchCount(LOGGED_MISS)).isZero();
        assertThat(db.fetchCount(WATCHED_WEBHOOK)).isOne();
    }

    @Test
    void shouldEndTheCopyIfAValueCannotBeSent() {
        // Given so many rows that they are copied, with a column of a type that is not known
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            events.add("event-" + i);
        }

        assertThatThrownBy(() -> db.transaction(tx -> Rows.of(OUTBOX, events)
                        .all(OUTBOX.TOPIC, "missed")
                        .each(OUTBOX.EVENT, String::getBytes)
                        .add(tx.dsl())))
                .isInstanceOf(IllegalArgumentException.class);

        // Then the same connection works on
        for (int i = 0; i < 10; i++) {
            assertThat(db.fetchCount(WATCHED_WEBHOOK)).isOne();
        }
    }
}
