package dev.injectionauditor.auditor.audit.outage;

import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LoggedHistoryIT {

    @RegisterExtension
    final FreshDatabase<Database> together = new FreshDatabase<>(Database::open, Database::migrate);

    @RegisterExtension
    final FreshDatabase<Database> apart = new FreshDatabase<>(Database::open, Database::migrate);

    private static final Instant ZERO = Instant.parse("2026-11-23T06:43:09.092744Z");

    @Test
    void shouldTellOutagesApartWhoseFirstCallsHaveTheSameId() {
        // Given two outages that begin with a creation of the same auditID, which a client may choose
        UUID chosen = UUID.randomUUID();
        List<LoggedCreation> log = List.of(
                creation(chosen, 0, false),
                creation(UUID.randomUUID(), 10, true),
                creation(chosen, 20, false),
                creation(UUID.randomUUID(), 30, true));

        // When they come together, and one after the other
        history(together).add(log);
        log.forEach(creation -> history(apart).add(List.of(creation)));

        // Then both are there, with the same ids
        assertThat(history(together).outages()).extracting("startedBy").containsExactly(ZERO, ZERO.plusSeconds(20));
        assertThat(history(apart).outages()).isEqualTo(history(together).outages());
        assertThat(ids(apart)).hasSize(2).isEqualTo(ids(together));
    }

    private static LoggedHistory history(FreshDatabase<Database> database) {
        return new LoggedHistory(database.get().jooq(), "garden-1", Duration.ofSeconds(5));
    }

    private static Set<UUID> ids(FreshDatabase<Database> database) {
        return database.get().jooq().selectFrom(OUTAGE).fetchSet(OUTAGE.OUTAGE_ID);
    }

    private static LoggedCreation creation(UUID id, int second, boolean applied) {
        return new LoggedCreation(
                id, ZERO.plusSeconds(second), "shop", "a", null, !applied, Map.of("hook.example.org", applied));
    }
}
