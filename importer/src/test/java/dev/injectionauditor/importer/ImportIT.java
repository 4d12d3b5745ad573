package dev.injectionauditor.importer;

import static dev.injectionauditor.auditor.db.Tables.CALL_HOUR;
import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static dev.injectionauditor.auditor.db.Tables.LOGGED_MISS;
import static dev.injectionauditor.auditor.db.Tables.MISSED_INJECTIONS;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.outage.LoggedCreation;
import dev.injectionauditor.auditor.audit.outage.LoggedHistory;
import dev.injectionauditor.auditor.audit.outage.LoggedOutage;
import dev.injectionauditor.importer.Line.Reason;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImportIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    /** The truth, as the recording's README has it. */
    private static final List<LoggedOutage> OUTAGES = List.of(
            new LoggedOutage(
                    Recorded.WEBHOOK,
                    Instant.parse("2026-11-23T06:43:09.092744Z"),
                    Instant.parse("2026-11-23T06:43:14.152536Z"),
                    Instant.parse("2026-11-23T06:43:18.543408Z"),
                    Instant.parse("2026-11-23T06:43:23.778144Z"),
                    7,
                    0),
            new LoggedOutage(
                    Recorded.WEBHOOK,
                    Instant.parse("2026-11-23T06:43:23.838469Z"),
                    Instant.parse("2026-11-23T06:43:30.817406Z"),
                    Instant.parse("2026-11-23T06:43:35.033880Z"),
                    Instant.parse("2026-11-23T06:43:38.337022Z"),
                    4,
                    0));

    private final Background background = new Background();
    private Importer importer;

    @BeforeEach
    void open() {
        importer = newImporter();
    }

    private Importer newImporter() {
        return newImporter("recorded");
    }

    private Importer newImporter(String cluster) {
        LoggedHistory history = new LoggedHistory(database.get().jooq(), cluster, Duration.ofSeconds(5));
        return new Importer(CompletableFuture.completedFuture(history), background);
    }

    @AfterEach
    void close() {
        background.close();
    }

    @Test
    void shouldFindTheTwoOutagesOfTheRecordingAndWhomTheyHit() throws IOException {
        importer.read(in(Recorded.lines()));

        Summary summary = importer.summary();
        assertThat(summary.events()).isEqualTo(35);
        assertThat(summary.skipped()).isEqualTo(Map.of(Reason.DRY_RUN, 1L, Reason.NOT_CREATED, 2L));
        assertThat(summary.pods()).isEqualTo(32);
        assertThat(summary.failedOpen()).isEqualTo(11);
        assertThat(summary.windows()).isEqualTo(OUTAGES);
        assertThat(namesMissedIn(OUTAGES.getFirst()))
                .containsExactlyInAnyOrder(
                        "web-8d88b6668-5vkzc",
                        "web-8d88b6668-4b4sr",
                        "web-8d88b6668-2lt9z",
                        "web-8d88b6668-wjq5m",
                        "bare-a",
                        "bare-b",
                        "preset");
        assertThat(namesMissedIn(OUTAGES.getLast()))
                .containsExactlyInAnyOrder("slow-a", "slow-b", "web-8d88b6668-cpp5l", "web-8d88b6668-tw7rz");
    }

    private List<String> namesMissedIn(LoggedOutage outage) {
        return database.get()
                .jooq()
                .select(MISSED_INJECTIONS.POD_NAME)
                .from(MISSED_INJECTIONS)
                .join(OUTAGE)
                .on(OUTAGE.OUTAGE_ID.eq(MISSED_INJECTIONS.OUTAGE_ID))
                .where(OUTAGE.STARTED_BY.eq(outage.startedBy()))
                .fetch(MISSED_INJECTIONS.POD_NAME);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldFindTheSameInAnyOrderInPartsAndAgain(long seed) throws IOException {
        // Given the lines in some order, every third one twice
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>(Recorded.lines());
        for (int i = 0; i < 35; i += 3) {
            lines.add(lines.get(i));
        }
        Collections.shuffle(lines, random);

        // When they come in three parts, by importers that know nothing of each other
        long pods = 0;
        for (int part = 0; part < 3; part++) {
            Importer next = newImporter();
            next.read(in(lines.subList(lines.size() * part / 3, lines.size() * (part + 1) / 3)));
            pods += next.summary().pods();
            importer = next;
        }

        // Then everything is there once
        assertThat(pods).isEqualTo(32);
        assertThat(importer.summary().windows()).isEqualTo(OUTAGES);
        assertThat(database.get().jooq().fetchCount(EVIDENCE)).isEqualTo(31);
        assertThat(database.get().jooq().fetchCount(LOGGED_MISS)).isEqualTo(11);
        assertThat(database.get().jooq().selectFrom(CALL_HOUR).fetch())
                .extracting("applied", "missed")
                .containsExactly(tuple(20L, 11L));
    }

    @Test
    void shouldReadCompressedLogsOfSeveralMembersAndPassOverWhatIsDamaged() throws IOException {
        // Given a log in two compressed parts, with the last line cut off
        List<String> lines = Recorded.lines();
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        compress(log, String.join("\n", lines.subList(0, 20)) + "\n");
        compress(
                log,
                String.join("\n", lines.subList(20, 35)) + "\n"
                        + lines.getFirst().substring(0, 900));

        importer.read(new ByteArrayInputStream(log.toByteArray()));

        assertThat(importer.summary().windows()).isEqualTo(OUTAGES);
        assertThat(importer.summary().skipped())
                .isEqualTo(Map.of(Reason.DRY_RUN, 1L, Reason.NOT_CREATED, 2L, Reason.NOT_JSON, 1L));
    }

    @Test
    void shouldReadWhatThereIsOfACompressedLogThatIsCutOff() throws IOException {
        // Given a compressed log that ends in the middle
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        compress(log, String.join("\n", Recorded.lines()));
        byte[] half = Arrays.copyOf(log.toByteArray(), log.size() / 2);

        importer.read(new ByteArrayInputStream(half));

        // Then its whole lines count, and the last one, which is none, is told
        Summary summary = importer.summary();
        assertThat(summary.events()).isBetween(10L, 34L);
        assertThat(summary.pods()).isBetween(10L, 32L);
        assertThat(summary.skipped()).containsEntry(Reason.NOT_JSON, 1L);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 10})
    void shouldFindNothingInACompressedLogThatIsCutOffInItsHeader(int length) throws IOException {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        compress(log, String.join("\n", Recorded.lines()));

        importer.read(new ByteArrayInputStream(log.toByteArray(), 0, length));

        assertThat(importer.summary().events()).isZero();
    }

    @Test
    void shouldStoreWhatThereIsBeforeALogIsDamaged() throws IOException {
        // Given a compressed log whose last bytes are wrong
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        compress(log, String.join("\n", Recorded.lines()) + "\n");
        byte[] damaged = log.toByteArray();
        damaged[damaged.length - 1]++;

        // When it is read, then that is told
        assertThatThrownBy(() -> importer.read(new ByteArrayInputStream(damaged)))
                .isInstanceOf(BadLogException.class)
                .hasRootCauseInstanceOf(ZipException.class);

        // And what came before counts
        assertThat(importer.summary().windows()).isEqualTo(OUTAGES);
        assertThat(database.get().jooq().fetchCount(EVIDENCE)).isEqualTo(31);
    }

    @Test
    void shouldKeepTwoClustersApart() throws IOException {
        // Given a log of one cluster, and of another one with ids of its own and only the first part
        importer.read(in(Recorded.lines()));
        Importer other = newImporter("other");
        other.read(in(Recorded.lines().stream()
                .map(line -> line.replaceFirst("\"auditID\":\"........", "\"auditID\":\"00000000"))
                .filter(line -> !line.contains("slow-"))
                .toList()));

        // Then each has its own outages
        assertThat(importer.summary().windows()).isEqualTo(OUTAGES);
        assertThat(other.summary().windows())
                .hasSize(2)
                .last()
                .extracting("missed")
                .isEqualTo(2L);
        assertThat(database.get().jooq().fetchCount(OUTAGE)).isEqualTo(4);
    }

    @Test
    void shouldKnowAnEventByItsTimeAsWellAsClientsMayChooseItsId() throws IOException {
        // Given two creations that have the same id, the second of which failed open
        String webhook = Recorded.WEBHOOK;
        LoggedHistory history = new LoggedHistory(database.get().jooq(), "garden-1", Duration.ofSeconds(5));
        UUID id = UUID.randomUUID();
        Instant time = Instant.parse("2026-11-23T06:43:09.092744Z");
        List<LoggedCreation> both = List.of(
                new LoggedCreation(id, time, "shop", "a", null, false, Map.of(webhook, true)),
                new LoggedCreation(id, time.plusSeconds(1), "shop", "b", null, true, Map.of(webhook, false)));

        // When they come together, and again
        assertThat(history.add(both).creations()).containsExactlyInAnyOrderElementsOf(both);
        assertThat(history.add(both).creations()).isEmpty();

        // Then both count, once
        assertThat(database.get().jooq().fetchCount(EVIDENCE)).isEqualTo(2);
        assertThat(history.outages()).singleElement().extracting("missed").isEqualTo(1L);
    }

    @Test
    void shouldKnowAnEventThatNamesNoWebhookInTheSameWay() throws IOException {
        // Given two such events with the same id
        LoggedHistory history = new LoggedHistory(database.get().jooq(), "garden-1", Duration.ofSeconds(5));
        UUID id = UUID.randomUUID();
        LoggedCreation one = new LoggedCreation(id, Instant.EPOCH, "shop", "a", null, false, Map.of());
        LoggedCreation other = new LoggedCreation(id, Instant.EPOCH.plusMillis(1), "shop", "a", null, false, Map.of());

        // Then they count once, however they come, and once more for another cluster
        assertThat(history.add(List.of(one)).creations()).containsExactly(one);
        assertThat(history.add(List.of(other, one, other)).creations()).containsExactly(other);
        assertThat(history.add(List.of(one, other)).creations()).isEmpty();
        assertThat(new LoggedHistory(database.get().jooq(), "garden-2", Duration.ofSeconds(5))
                        .add(List.of(one, other))
                        .creations())
                .containsExactlyInAnyOrder(one, other);
    }

    @Test
    void shouldTakeTimesThatAreFinerThanWhatIsStored() throws IOException {
        // Given an event with nanoseconds, and another one of its id in the same microsecond
        String fine = Recorded.lines().getFirst().replaceFirst("(\"stageTimestamp\":\"[^\"]{26})Z", "$1123Z");
        String finer = Recorded.lines().getFirst().replaceFirst("(\"stageTimestamp\":\"[^\"]{26})Z", "$1999Z");
        assertThat(fine).isNotEqualTo(Recorded.lines().getFirst());

        // When they come together, and again
        importer.read(in(List.of(fine, finer)));
        Importer again = newImporter();
        again.read(in(List.of(finer, fine, Recorded.lines().getFirst())));

        // Then they are one event
        assertThat(importer.summary().pods()).isOne();
        assertThat(again.summary().pods()).isZero();
        assertThat(again.summary().skipped()).isEqualTo(Map.of(Reason.REPEATED, 3L));
    }

    @Test
    void shouldAddWhatAnEventTellsOfAWebhookThatWasNotKnown() {
        // Given an event whose log told of one webhook only, and the same event with another one
        LoggedHistory history = new LoggedHistory(database.get().jooq(), "garden-1", Duration.ofSeconds(5));
        UUID id = UUID.randomUUID();
        String webhook = Recorded.WEBHOOK;
        history.add(List.of(new LoggedCreation(id, Instant.EPOCH, "shop", "a", null, false, Map.of(webhook, true))));

        LoggedCreation both = new LoggedCreation(
                id, Instant.EPOCH, "shop", "a", null, true, Map.of(webhook, true, "other.example.org", false));

        assertThat(history.add(List.of(both)).creations()).containsExactly(both);
        assertThat(database.get().jooq().fetchCount(EVIDENCE)).isEqualTo(2);
        assertThat(history.outages()).singleElement().extracting("webhook").isEqualTo("other.example.org");
    }

    @RepeatedTest(3)
    void shouldNotBlockAnotherImport() throws Exception {
        // Given many events that no webhook's lock keeps apart
        List<LoggedCreation> events = IntStream.range(0, 10_000)
                .mapToObj(i -> new LoggedCreation(
                        new UUID(1, i), Instant.ofEpochSecond(i), "shop", "a", null, false, Map.of()))
                .toList();

        // When two imports add them at the same time, in opposite orders
        CyclicBarrier start = new CyclicBarrier(2);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> added = new ArrayList<>();
            for (List<LoggedCreation> order : List.of(events, events.reversed())) {
                LoggedHistory history = new LoggedHistory(database.get().jooq(), "garden-1", Duration.ofSeconds(5));
                added.add(threads.submit(() -> {
                    start.await();
                    return history.add(order).creations().size();
                }));
            }

            // Then both end, and each event counts once
            assertThat(added.get(0).get() + added.get(1).get()).isEqualTo(10_000);
        }
    }

    @Test
    void shouldAddToAnyPartOfALongHistory() throws IOException {
        // Given a history that is longer than what is read of it at once, with a miss each 100 s
        LoggedHistory history = new LoggedHistory(database.get().jooq(), "garden-1", Duration.ofSeconds(5));
        List<LoggedCreation> all = new ArrayList<>();
        for (int second = 0; second < 25_000; second++) {
            all.add(creation(second));
        }
        history.add(all.subList(0, 12_000));
        history.add(all.subList(12_000, 25_000).stream()
                .filter(creation -> creation.at().getEpochSecond() % 7 != 0)
                .toList());

        // When the rest comes in one batch that spans nearly all of it, with much that is there
        List<LoggedCreation> added = history.add(IntStream.range(0, 25_000)
                        .filter(second -> second % 3 == 0 || second % 7 == 0)
                        .mapToObj(all::get)
                        .toList())
                .creations();

        // Then only that counts, and each miss is an outage
        assertThat(added).hasSize((int) IntStream.range(12_000, 25_000)
                .filter(second -> second % 7 == 0)
                .count());
        assertThat(database.get().jooq().fetchCount(EVIDENCE)).isEqualTo(25_000);
        assertThat(database.get().jooq().fetchCount(LOGGED_MISS)).isEqualTo(250);
        assertThat(history.outages())
                .hasSize(250)
                .allSatisfy(outage -> assertThat(outage.missed()).isOne());
    }

    private static LoggedCreation creation(int second) {
        boolean applied = second % 100 != 50;
        return new LoggedCreation(
                new UUID(second * 0x9E3779B97F4A7C15L, second),
                Instant.ofEpochSecond(second),
                "shop",
                "web-" + second,
                null,
                !applied,
                Map.of(Recorded.WEBHOOK, applied));
    }

    @Test
    void shouldGiveTheSummaryAsJson() throws IOException {
        importer.read(in(Recorded.lines()));
        assertThat(importer.summary().json())
                .startsWith("{\"events\":35,\"skipped\":{\"dryRun\":1,\"notCreated\":2},\"pods\":32,\"failedOpen\":11,"
                        + "\"windows\":[{\"webhook\":\"kubernetes-service-host.recorder.test\",\"startedBetween\":"
                        + "[\"2026-11-23T06:43:09.092744Z\",\"2026-11-23T06:43:14.152536Z\"],\"endedBetween\":"
                        + "[\"2026-11-23T06:43:18.543408Z\",\"2026-11-23T06:43:23.778144Z\"],\"missed\":7,"
                        + "\"applied\":0,\"kind\":\"full\"},");
    }

    private static void compress(ByteArrayOutputStream log, String text) throws IOException {
        try (GZIPOutputStream out = new GZIPOutputStream(log)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static ByteArrayInputStream in(List<String> lines) {
        return new ByteArrayInputStream(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }
}
