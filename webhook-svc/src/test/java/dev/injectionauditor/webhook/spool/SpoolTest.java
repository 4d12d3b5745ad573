package dev.injectionauditor.webhook.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.Folders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SpoolTest {

    private static final Duration NO_WAIT = Duration.ZERO;
    private static final Duration LONG_WAIT = Duration.ofSeconds(30);
    private static final long ROOM = 64L * Segment.SIZE;
    /** With this length, a segment holds 1,000 records and some. */
    private static final int LENGTH = 1_000;

    @TempDir
    private Path folder;

    private final List<Spool> opened = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Spool spool : opened) {
            spool.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGiveTheOldestAgainUntilTheyAreRemoved(boolean onDisk) throws InterruptedException {
        // Given five records
        Spool spool = open(onDisk ? folder : null, ROOM);
        add(spool, 1, 5);

        // When some are removed and some are not
        assertThat(numbers(spool.oldest(3, NO_WAIT))).containsExactly(1, 2, 3);
        assertThat(numbers(spool.oldest(3, NO_WAIT))).containsExactly(1, 2, 3);
        spool.remove(2);

        // Then the rest comes in order
        assertThat(spool.waiting()).isEqualTo(3);
        assertThat(numbers(spool.oldest(1, NO_WAIT))).containsExactly(3);
        spool.remove(0);
        assertThat(numbers(spool.oldest(2, NO_WAIT))).containsExactly(3, 4);
        spool.remove(1);
        spool.remove(1);
        assertThat(numbers(spool.oldest(3, NO_WAIT))).containsExactly(5);
        spool.remove(1);
        assertThat(spool.oldest(3, NO_WAIT)).isEmpty();
        assertThat(spool.waiting()).isZero();
        assertThat(spool.isOnDisk()).isEqualTo(onDisk);
    }

    @Test
    void shouldKeepTheOrderOverManySegments() throws Exception {
        Spool spool = open(folder, ROOM);
        add(spool, 1, 20_000);

        assertThat(drain(spool)).isEqualTo(range(1, 20_000));
        assertThat(spool.waiting()).isZero();
    }

    @Test
    void shouldGiveRoomBack() throws Exception {
        // Given a spool through which ten times as much has gone as it may take up
        Spool spool = open(folder, Spool.LEAST_BYTES);
        for (int i = 0; i < 80; i++) {
            add(spool, 1, 1_000);
            assertThat(drain(spool)).hasSize(1_000);
        }

        // Then nothing was dropped, and the files of what is done with are gone
        assertThat(spool.dropped()).isZero();
        await().untilAsserted(() -> assertThat(files(folder)).hasSizeLessThanOrEqualTo(4));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldDropTheOldestWhenThereIsNoRoom(boolean onDisk) throws Exception {
        // Given a spool with room for 8 MiB
        Spool spool = open(onDisk ? folder : null, Spool.LEAST_BYTES);

        // When 20 MB come, and nobody takes them out
        add(spool, 1, 20_000);

        // Then the newest are there, the others are counted, and no more room is taken up than allowed
        await().untilAsserted(() -> assertThat(files(folder)).hasSizeLessThanOrEqualTo(8));
        int first = numbers(spool.oldest(1, NO_WAIT)).getFirst();
        assertThat(first).isBetween(13_000, 18_000);
        await().untilAsserted(() -> assertThat(spool.dropped()).isEqualTo(first - 1));
        assertThat(spool.waiting()).isEqualTo(20_000 - spool.dropped());
        assertThat(drain(spool)).isEqualTo(range(first, 20_000));
    }

    @Test
    void shouldNotWaitForAReaderWhenThereIsNoRoom() throws Exception {
        Spool spool = open(null, Spool.LEAST_BYTES);
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            // Given somebody who takes records out, and waits for the disk
            synchronized (spool.reading) {
                // When more comes than there is room for, then it is taken in all the same
                executor.submit(() -> add(spool, 1, 12_000)).get(30, TimeUnit.SECONDS);
            }
        }

        // And what was dropped is counted when the reader is done
        int first = numbers(spool.oldest(1, NO_WAIT)).getFirst();
        await().untilAsserted(() -> assertThat(spool.dropped()).isEqualTo(first - 1));
        assertThat(drain(spool)).isEqualTo(range(first, 12_000));
    }

    @Test
    void shouldNotMistakeARecordForOneThatWasDroppedMeanwhile() throws Exception {
        // Given a batch whose segment is dropped while it is being sent
        Spool spool = open(null, Spool.LEAST_BYTES);
        add(spool, 1, 100);
        spool.oldest(100, NO_WAIT);
        add(spool, 101, 20_000);

        // When it has been sent
        spool.remove(100);

        // Then no other record is removed for it
        int first = numbers(spool.oldest(1, NO_WAIT)).getFirst();
        await().untilAsserted(() -> assertThat(spool.dropped()).isEqualTo(first - 1));
    }

    @Test
    void shouldFindWhatTheLastProcessHasLeft() throws Exception {
        // Given a spool that was closed with records in it, some of them done with
        Spool first = open(folder, ROOM);
        add(first, 1, 3_000);
        first.oldest(500, NO_WAIT);
        first.remove(400);
        first.close();
        opened.clear();

        // When it is opened again, and more comes
        Spool second = open(folder, ROOM);
        assertThat(second.waiting()).isEqualTo(2_600);
        add(second, 3_001, 3_100);

        // Then all are there in order
        assertThat(drain(second)).isEqualTo(range(401, 3_100));
        second.close();
        opened.clear();
        assertThat(files(folder)).isEmpty();
    }

    @Test
    void shouldDropTheOldestThatTheLastProcessHasLeftWhenThereIsLessRoom() throws Exception {
        // Given a spool that was closed with 20 MB in it
        Spool first = open(folder, ROOM);
        add(first, 1, 20_000);
        first.close();
        opened.clear();

        // When it is opened again with room for 8 MiB
        Spool second = open(folder, Spool.LEAST_BYTES);

        // Then the newest are there, the others are counted, and no more room is taken up than allowed
        assertThat(second.dropped()).isBetween(13_000L, 18_000L);
        assertThat(second.waiting()).isEqualTo(20_000 - second.dropped());
        assertThat(files(folder)).hasSizeLessThanOrEqualTo(8);
        assertThat(drain(second)).isEqualTo(range((int) second.dropped() + 1, 20_000));
    }

    @Test
    void shouldNotPileUpEmptySegmentsOfProcessesThatWereKilled() throws Exception {
        // Given a process that has made segments beforehand and used none
        Path left = folder.resolve("0");
        open(left, ROOM);
        await().until(() -> files(left).size() == 3);

        // When it is killed, and so are those after it
        Path last = left;
        for (int kill = 1; kill <= 5; kill++) {
            Path next = Files.createDirectories(folder.resolve(String.valueOf(kill)));
            copy(last, next);
            open(next, ROOM);
            await().until(() -> files(next).size() >= 3);
            last = next;
        }

        // Then there are no more than those of the last one
        assertThat(files(last)).hasSize(3);
    }

    @Test
    void shouldLoseNothingWhateverMomentAProcessIsKilledAt() throws Exception {
        // Given four threads that append, and one that takes records out
        Spool spool = open(folder.resolve("live"), ROOM);
        int threads = 4;
        AtomicIntegerArray appended = new AtomicIntegerArray(threads);
        AtomicIntegerArray taken = new AtomicIntegerArray(threads);
        CountDownLatch stop = new CountDownLatch(1);
        ExecutorService executor = Executors.newCachedThreadPool();
        try {
            for (int thread = 0; thread < threads; thread++) {
                int mine = thread;
                executor.submit(() -> {
                    for (int i = 1; stop.getCount() > 0 && i < 10_000; i++) {
                        spool.append(record(mine * 1_000_000 + i));
                        appended.set(mine, i);
                        if (i % 50 == 0) {
                            LockSupport.parkNanos(5_000_000); // as fast as no webhook is, but the disk keeps up
                        }
                    }
                });
            }
            executor.submit(() -> {
                while (stop.getCount() > 0) {
                    List<byte[]> batch = spool.oldest(100, Duration.ofMillis(10));
                    // Counted before, so that a record between the two counts as taken.
                    numbers(batch).forEach(number -> taken.set(number / 1_000_000, number % 1_000_000));
                    spool.remove(batch.size());
                }
                return null;
            });

            for (int kill = 0; kill < 10; kill++) {
                // When its files are what they are at some moment: what a killed process leaves
                int[] before = IntStream.range(0, threads).map(appended::get).toArray();
                Path copy = Files.createDirectories(folder.resolve("copy-" + kill));
                copy(folder.resolve("live"), copy);
                int[] takenAfter = IntStream.range(0, threads).map(taken::get).toArray();

                // Then every record whose append had returned is there, or had been taken out
                Spool next = open(copy, ROOM);
                List<Integer> found = drain(next);
                Set<Integer> there = new HashSet<>(found);
                for (int thread = 0; thread < threads; thread++) {
                    int mine = thread;
                    assertThat(IntStream.rangeClosed(takenAfter[mine] + 1, before[mine])
                                    .map(number -> mine * 1_000_000 + number)
                                    .filter(number -> !there.contains(number)))
                            .isEmpty();
                    assertThat(found.stream().filter(number -> number / 1_000_000 == mine))
                            .isSorted()
                            .doesNotHaveDuplicates();
                }
            }
        } finally {
            stop.countDown();
            executor.close();
        }
        assertThat(spool.isOnDisk()).isTrue();
        assertThat(spool.dropped()).isZero();
        assertThat(IntStream.range(0, threads).map(appended::get).sum()).isPositive();
    }

    /** Names first, so that a file that comes up meanwhile is of a later moment than all that is looked for. */
    private static void copy(Path from, Path to) throws IOException {
        List<Path> names = files(from);
        for (Path file : names.reversed()) { // the newest first: a record never moves to a newer file
            try {
                Files.copy(file, to.resolve(file.getFileName()));
            } catch (java.nio.file.NoSuchFileException e) {
                // done with, and removed meanwhile
            }
        }
    }

    @Test
    void shouldPassOverWhatIsDamaged() throws Exception {
        // Given a spool of which a byte of the third record is wrong, and the fifth was never finished
        Spool first = open(folder, ROOM);
        add(first, 1, 6);
        first.close();
        opened.clear();
        Path file = files(folder).getFirst();
        long space = 8 + LENGTH;
        write(file, Segment.HEADER + 2 * space + 100, new byte[] {7});
        write(file, Segment.HEADER + 4 * space, littleEndian(-LENGTH));

        // When it is opened again
        Spool second = open(folder, ROOM);

        // Then all others are there
        assertThat(drain(second)).containsExactly(1, 2, 4, 6);
        assertThat(second.damaged()).isEqualTo(2);
        assertThat(second.waiting()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Segment.SIZE, Integer.MAX_VALUE, Integer.MIN_VALUE + 1})
    void shouldNotFollowALengthThatCannotBe(int length) throws Exception {
        // Given a spool whose second record has an impossible length
        Spool first = open(folder, ROOM);
        add(first, 1, 3);
        first.close();
        opened.clear();
        write(files(folder).getFirst(), Segment.HEADER + 8 + LENGTH, littleEndian(length));

        // When it is opened again, and more comes
        Spool second = open(folder, ROOM);
        add(second, 4, 4);

        // Then it goes on
        assertThat(drain(second)).startsWith(1).endsWith(4);
    }

    @Test
    void shouldNotMindFilesThatAreNoSegments() throws Exception {
        // Given files that are cut off, empty or of another kind
        Files.write(folder.resolve("0000000000000001.spool"), new byte[Segment.SIZE]);
        Files.write(folder.resolve("0000000000000002.spool"), new byte[17]);
        Files.writeString(folder.resolve("notes.txt"), "not ours");

        // When the spool is opened
        Spool spool = open(folder, ROOM);
        add(spool, 1, 1);

        // Then it works, and the notes are left alone
        assertThat(drain(spool)).containsExactly(1);
        assertThat(folder.resolve("notes.txt")).exists();
    }

    @Test
    void shouldKeepRecordsInMemoryWhenTheFolderIsInUse() throws Exception {
        Spool first = open(folder, ROOM);
        Spool second = open(folder, ROOM);

        add(second, 1, 10);

        assertThat(first.isOnDisk()).isTrue();
        assertThat(second.isOnDisk()).isFalse();
        assertThat(drain(second)).isEqualTo(range(1, 10));
    }

    @Test
    void shouldGoOnInMemoryWhenTheDiskFails() throws Exception {
        // Given a spool whose folder goes away
        Path gone = folder.resolve("gone");
        Spool spool = open(gone, ROOM);
        // The one that is written, the one at hand, and the one that waits to join it: then no more come into it
        await().until(() -> files(gone).size() == 3);
        Folders.delete(gone);

        // When more comes than what it has at hand
        add(spool, 1, 5_000);

        // Then all is there, but for what was in files that are gone and not in use; that is counted
        assertThat(spool.isOnDisk()).isFalse();
        List<Integer> found = drain(spool);
        assertThat(found).isSorted().endsWith(5_000);
        assertThat(found.size() + spool.damaged()).isEqualTo(5_000);
        assertThat(spool.damaged()).isLessThan(3_000);
        assertThat(spool.waiting()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 50_000}) // before and after the code is compiled: then the JVM tells of the failure later
    void shouldGoOnInTheNextSegmentWhenTheDiskFailsUnderOne(int before) throws Exception {
        // Given a spool whose current file loses its pages, which are mapped
        Spool spool = open(folder, ROOM);
        for (int i = 0; i < before / 1_000; i++) {
            add(spool, 1, 1_000);
            assertThat(drain(spool)).hasSize(1_000);
        }
        add(spool, 1, 10);
        assumeThat(spool.isOnDisk()).as("the disk was quick enough").isTrue();
        truncate(files(folder).getFirst());

        // When more comes
        add(spool, 11, 12);

        // Then it is there, and only what was in those pages is lost; that is counted
        assertThat(drain(spool)).containsExactly(11, 12);
        assertThat(spool.damaged()).isBetween(10L, 12L); // a place that the failing append has claimed counts too
        assertThat(spool.waiting()).isZero();
    }

    @Test
    void shouldGoOnInTheNextSegmentWhenOneCannotBeRead() throws Exception {
        // Given a spool whose current file loses its pages
        Spool spool = open(folder, ROOM);
        add(spool, 1, 10);
        truncate(files(folder).getFirst());

        // When somebody reads it, and more comes
        assertThat(spool.oldest(10, NO_WAIT)).isEmpty();
        assertThat(spool.damaged()).isEqualTo(10);
        assertThat(spool.waiting()).isZero();
        add(spool, 11, 12);

        // Then that is there
        assertThat(drain(spool)).containsExactly(11, 12);
    }

    private static void truncate(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
    }

    @Test
    void shouldRefuseRecordsThatCannotBe() {
        Spool spool = open(null, ROOM);

        assertThatThrownBy(() -> spool.append(new byte[0])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> spool.append(new byte[Segment.LONGEST + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldTakeRecordsOfAnyLength() throws Exception {
        // Given records that fill segments to the last byte, nearly, and not at all
        Spool spool = open(folder, ROOM);
        int[] lengths = {1, 7, 8, 9, Segment.LONGEST, Segment.LONGEST - 8, 1, Segment.LONGEST - 7, 3, Segment.LONGEST};

        for (int length : lengths) {
            spool.append(new byte[length]);
        }

        // Then they come out as they went in
        List<Integer> found = new ArrayList<>();
        for (List<byte[]> batch = spool.oldest(10, NO_WAIT); !batch.isEmpty(); batch = spool.oldest(10, NO_WAIT)) {
            batch.forEach(record -> found.add(record.length));
            spool.remove(batch.size());
        }
        assertThat(found).containsExactly(IntStream.of(lengths).boxed().toArray(Integer[]::new));
    }

    @Test
    void shouldWaitForTheFirstRecord() throws Exception {
        Spool spool = open(null, ROOM);
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<List<byte[]>> first = executor.submit(() -> spool.oldest(10, LONG_WAIT));

            add(spool, 1, 1);

            assertThat(numbers(first.get())).containsExactly(1);
        }
    }

    @Test
    void shouldTakeFromManyThreadsAndLoseNothing() throws Exception {
        // Given eight threads that add
        int threads = 8;
        int each = 3_000;
        Spool spool = open(folder, ROOM);
        CountDownLatch start = new CountDownLatch(1);
        List<Integer> taken = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int thread = 0; thread < threads; thread++) {
                int first = thread * each;
                executor.submit(() -> {
                    start.await();
                    add(spool, first, first + each - 1);
                    return null;
                });
            }

            // When one takes out at the same time
            start.countDown();
            while (taken.size() < threads * each) {
                List<byte[]> batch = spool.oldest(500, LONG_WAIT);
                taken.addAll(numbers(batch));
                spool.remove(batch.size());
            }
        }

        // Then all are there once, those of one thread in order
        assertThat(taken).doesNotHaveDuplicates();
        for (int thread = 0; thread < threads; thread++) {
            int ofThread = thread;
            assertThat(taken.stream().filter(number -> number / each == ofThread))
                    .isSorted();
        }
        assertThat(spool.dropped()).isZero();
        assertThat(spool.damaged()).isZero();
    }

    private Spool open(@Nullable Path in, long bytes) {
        Spool spool = Spool.open(in, bytes, InstantSource.system());
        opened.add(spool);
        return spool;
    }

    private static void add(Spool spool, int first, int last) {
        for (int number = first; number <= last; number++) {
            spool.append(record(number));
        }
    }

    private static byte[] record(int number) {
        return ("%-" + LENGTH + "d").formatted(number).getBytes(US_ASCII);
    }

    private static List<Integer> drain(Spool spool) throws InterruptedException {
        List<Integer> found = new ArrayList<>();
        for (List<byte[]> batch = spool.oldest(700, NO_WAIT); !batch.isEmpty(); batch = spool.oldest(700, NO_WAIT)) {
            found.addAll(numbers(batch));
            spool.remove(batch.size());
        }
        return found;
    }

    private static List<Integer> numbers(List<byte[]> records) {
        return records.stream()
                .map(record -> Integer.valueOf(new String(record, US_ASCII).strip()))
                .toList();
    }

    private static List<Integer> range(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    private static List<Path> files(Path in) throws IOException {
        try (Stream<Path> files = Files.list(in)) {
            return files.filter(file -> file.toString().endsWith(".spool"))
                    .sorted()
                    .toList();
        }
    }

    private static void write(Path file, long at, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), at);
        }
    }

    private static byte[] littleEndian(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }
}
