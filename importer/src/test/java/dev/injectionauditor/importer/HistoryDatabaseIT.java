package dev.injectionauditor.importer;

import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.audit.outage.LoggedCreation;
import dev.injectionauditor.auditor.audit.outage.LoggedHistory;
import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.service.ServiceCommand;
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
            assertThat(LocalPostgres.isInUse(first)).isTrue();
        }
        assertThat(LocalPostgres.hasData(first)).isTrue();
        assertThat(LocalPostgres.isInUse(first)).isFalse();

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

    @Test
    void shouldGoOnWhereAnImportWasStoppedBeforeItMadeTheDatabase() throws IOException {
        Path folder = folders.resolve("begun");
        LocalPostgres.start(folder, 0).stop();

        try (HistoryDatabase history = HistoryDatabase.startIn(folder, null)) {
            add(history, 0);
            assertThat(history.jooq().fetchCount(EVIDENCE)).isOne();
        }
    }

    @Test
    void shouldRefuseFoldersThatAreOfNoUseAndLeaveThemAlone() throws IOException {
        // Given a folder with something else in it, one that is in use, and one that lacks most of its data
        Path others = Files.createDirectory(folders.resolve("others"));
        Files.writeString(others.resolve("notes.txt"), "mine");
        Path damaged = Files.createDirectory(folders.resolve("damaged"));
        Files.writeString(damaged.resolve("PG_VERSION"), "18");
        Path used = folders.resolve("used");
        try (HistoryDatabase history = HistoryDatabase.startIn(used, null)) {
            add(history, 0);

            // When a history is to be in them, then it says why not
            assertThat(importInto("--folder=" + others)).isEqualTo(2);
            assertThat(importInto("--folder=" + used)).isEqualTo(2);
            assertThat(importInto("--folder=" + others.resolve("notes.txt"))).isEqualTo(2);
            assertThat(importInto("--folder=" + folders.resolve("new"), "--copy-of=" + used))
                    .isEqualTo(2);
            assertThat(importInto("--folder=" + folders.resolve("new"), "--copy-of=" + others))
                    .isEqualTo(2);
            assertThatThrownBy(() -> HistoryDatabase.startIn(others, null)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> HistoryDatabase.startIn(used, null)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> HistoryDatabase.startIn(others, used)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> HistoryDatabase.startIn(damaged, null)).isNotNull();

            // And nothing has happened to any of them
            assertThat(history.jooq().fetchCount(EVIDENCE)).isOne();
        }
        assertThat(others.resolve("notes.txt")).hasContent("mine");
        assertThat(damaged.resolve("PG_VERSION")).hasContent("18");
        assertThat(folders.resolve("new")).doesNotExist();
        try (HistoryDatabase history = HistoryDatabase.startIn(used, null)) {
            assertThat(history.jooq().fetchCount(EVIDENCE)).isOne();
        }
    }

    private static int importInto(String... arguments) {
        return ServiceCommand.run(new ImportOptions(Map.of()), Map.of(), arguments);
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
