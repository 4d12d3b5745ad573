package dev.injectionauditor.importer;

import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.audit.LoggedCreation;
import dev.injectionauditor.auditor.audit.LoggedHistory;
import dev.injectionauditor.localstack.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HistoryDatabaseIT {

    private Path folders;

    @BeforeEach
    void make() throws IOException {
        folders = Files.createTempDirectory("injection-auditor-histories");
    }

    @AfterEach
    void delete() throws IOException {
        Folders.delete(folders);
    }

    @Test
    void shouldBeginWithACopyOfAnotherHistory() throws IOException {
        // Given a history with one event
        Path first = folders.resolve("first");
        try (HistoryDatabase history = HistoryDatabase.startIn(first, null)) {
            add(history, 0);
            assertThat(HistoryDatabase.isInUse(first)).isTrue();
        }
        assertThat(HistoryDatabase.isHistory(first)).isTrue();
        assertThat(HistoryDatabase.isInUse(first)).isFalse();

        // When another one begins with a copy of it
        Path second = folders.resolve("second");
        try (HistoryDatabase history = HistoryDatabase.startIn(second, first)) {
            add(history, 1);
            assertThat(history.jooq().fetchCount(EVIDENCE)).isEqualTo(2);
        }

        // Then the first one is as it was, and the second one is not copied again
        try (HistoryDatabase history = HistoryDatabase.startIn(first, null)) {
            assertThat(history.jooq().fetchCount(EVIDENCE)).isOne();
        }
        try (HistoryDatabase history = HistoryDatabase.startIn(second, first)) {
            assertThat(history.jooq().fetchCount(EVIDENCE)).isEqualTo(2);
        }
    }

    private static void add(HistoryDatabase history, int second) {
        new LoggedHistory(history.jooq(), "garden-1", Duration.ofSeconds(5))
                .add(List.of(new LoggedCreation(
                        UUID.randomUUID(),
                        Instant.ofEpochSecond(second),
                        "shop",
                        "web",
                        null,
                        false,
                        Map.of(Recorded.WEBHOOK, true))));
    }
}
