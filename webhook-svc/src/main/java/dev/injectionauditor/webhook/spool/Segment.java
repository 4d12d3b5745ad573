package dev.injectionauditor.webhook.spool;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of memory, mapped from a file or not, that records are appended to. Little endian; first a header of
 * {@value #HEADER} bytes: magic (8), up to where records are done with (8). Then records, each at a multiple of 8:
 * length (4), CRC-32C (4), bytes.
 *
 * <p>Many threads append without a lock. A thread claims the place at the end by writing its record's length there,
 * negated, if it finds a zero; then it writes the record; then it turns the length positive, which makes the record
 * visible. If it is killed in between, the length that it left tells where the next record begins. If the disk fails
 * under it, it makes the record visible with a CRC-32C that is wrong. The last thread that finds no room seals the
 * segment, after which nobody can claim a place.
 *
 * <p>How many records there are, and up to where they are done with, is kept beside the memory too: a disk that fails
 * must not keep anybody from going on to the next segment.
 */
final class Segment implements AutoCloseable {

    /** Size of every segment in bytes. */
    static final int SIZE = 1024 * 1024;

    static final int HEADER = 64;
    /** Longest record. */
    static final int LONGEST = SIZE - HEADER - 8;

    private static final long MAGIC = 0x31_4c_4f_4f_50_53_41_49L; // "IASPOOL1"
    private static final long DONE_AT = 8;
    private static final int SEALED = Integer.MIN_VALUE;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LENGTH = INT.varHandle();

    private final @Nullable Path file;
    /** Null while the file is not mapped. */
    private volatile @Nullable Arena arena;

    private volatile @Nullable MemorySegment memory;
    /** No writer is left, or ever was in this process: what is not there will not come. */
    private volatile boolean recovered;
    /** Another segment is being written instead. */
    private volatile boolean full;
    /** The disk fails under it: what is not there will not come, and nobody is sure to be able to map it again. */
    private volatile boolean failing;

    /** Where the next claim is to be tried; may lag behind. */
    private final AtomicLong tail = new AtomicLong(HEADER);
    /** Records whose place was claimed. */
    private final AtomicInteger claimed = new AtomicInteger();
    // Written by whoever reads.
    private volatile int countDone;
    private volatile long done = HEADER;

    private Segment(Arena arena, MemorySegment memory, @Nullable Path file, boolean recovered) {
        this.arena = arena;
        this.memory = memory;
        this.file = file;
        this.recovered = recovered;
        this.full = recovered;
    }

    /** To be called when another segment has taken its place. */
    void setFull() {
        full = true;
    }

    /** To be called when the disk has failed under it: nothing more is appended, and readers wait for nothing. */
    void setFailing() {
        failing = true;
        tail.set(SIZE);
    }

    /** An empty segment that ends with the process. */
    static Segment inMemory() {
        Arena arena = Arena.ofShared();
        return blank(arena, arena.allocate(SIZE, Long.BYTES), null);
    }

    /** An empty segment. @param memory zeros */
    static Segment blank(Arena arena, MemorySegment memory, @Nullable Path file) {
        memory.set(LONG, DONE_AT, HEADER);
        memory.set(LONG, 0, MAGIC);
        MemoryFaults.throwIfAny();
        return new Segment(arena, memory, file, false);
    }

    /** What another process has left, null if it is no segment. */
    static @Nullable Segment recovered(Arena arena, MemorySegment memory, Path file) {
        long done = memory.get(LONG, DONE_AT);
        if (memory.get(LONG, 0) != MAGIC || done < HEADER || done > SIZE || done % 8 != 0) {
            return null;
        }
        Segment segment = new Segment(arena, memory, file, true);
        segment.done = done;
        segment.claimed.set((int) segment.lengths().count());
        MemoryFaults.throwIfAny();
        return segment;
    }

    /**
     * Gives the memory of a full segment back until it is to be read. Any other stays, and so does one without a file,
     * with a record that a thread has not finished yet, or on a disk that fails.
     */
    void unmap() {
        if (full && !failing && file != null && memory != null && (recovered || !hasUnfinished())) {
            close();
        }
    }

    /** Maps the file again, if it is not mapped. */
    void remap() throws IOException {
        if (memory != null) {
            return;
        }
        recovered = true;
        try (FileChannel channel =
                FileChannel.open(Objects.requireNonNull(file), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Arena newArena = Arena.ofShared();
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE, newArena);
            arena = newArena;
        }
    }

    private MemorySegment memory() {
        MemorySegment mapped = memory;
        if (mapped == null) {
            throw new IllegalStateException("not mapped");
        }
        return mapped;
    }

    /** Its file, null if it is in memory only. */
    @Nullable Path file() {
        return file;
    }

    /**
     * Appends a record unless there is no room any more. If that fails after the record has got its place, readers find
     * an unusable one there.
     *
     * @param crc of the record
     * @throws InternalError if the disk fails under a file
     */
    boolean append(byte[] record, int crc) {
        long needed = space(record.length);
        MemorySegment memory = memory();
        while (true) {
            long at = tail.get();
            if (at == SIZE) {
                return false;
            }
            boolean fits = at + needed <= SIZE;
            int found = (int) LENGTH.getVolatile(memory, at);
            MemoryFaults.throwIfAny(); // before the next access: the JVM may not survive its failure
            if (found == SEALED) {
                return false;
            }
            if (found != 0) {
                tail.compareAndSet(at, at + space(Math.abs(found))); // another thread was faster
            } else if (LENGTH.compareAndSet(memory, at, 0, fits ? -record.length : SEALED)) {
                if (fits) {
                    claimed.incrementAndGet();
                    tail.compareAndSet(at, at + needed);
                    write(memory, at, record, crc);
                }
                MemoryFaults.throwIfAny();
                return fits;
            }
        }
    }

    /** Writes a record to the place that was claimed for it. */
    private static void write(MemorySegment memory, long at, byte[] record, int crc) {
        try {
            MemorySegment.copy(record, 0, memory, ValueLayout.JAVA_BYTE, at + 8, record.length);
            complete(memory, at, record.length, crc);
        } catch (RuntimeException | Error e) { // the reader would wait for ever for what was claimed
            try {
                complete(memory, at, record.length, ~crc);
            } catch (InternalError again) {
                // the disk fails, and readers wait for nothing then
            }
            throw e;
        }
    }

    private static void complete(MemorySegment memory, long at, int length, int crc) {
        memory.set(INT, at + 4, crc);
        LENGTH.setVolatile(memory, at, length);
        MemoryFaults.throwIfAny();
    }

    /** What {@link #read} found at a place. */
    sealed interface Found {

        /** A record. @param next where the next one begins */
        record Entry(byte[] bytes, long next) implements Found {}

        /** A record that is damaged, or was never finished and never will be. @param next where the next one begins */
        record Unusable(long next) implements Found {}

        /** Nothing yet. */
        record Nothing() implements Found {}

        /** Nothing any more. */
        record End() implements Found {}
    }

    /** Reads what is at a place. @param at a place where a record begins or could begin */
    Found read(long at) {
        MemorySegment memory = memory();
        int length = at == SIZE ? SEALED : (int) LENGTH.getVolatile(memory, at);
        if (length == SEALED) {
            return new Found.End();
        }
        boolean noMoreComes = recovered || failing;
        if (length == 0 || (length < 0 && !noMoreComes)) {
            return noMoreComes ? new Found.End() : new Found.Nothing();
        }
        long next = at + space(Math.abs(length));
        if (next > SIZE) {
            return new Found.End(); // damaged beyond knowing where anything begins
        }
        if (length < 0) {
            return new Found.Unusable(next);
        }
        byte[] bytes = memory.asSlice(at + 8, length).toArray(ValueLayout.JAVA_BYTE);
        return crc(bytes) == memory.get(INT, at + 4) ? new Found.Entry(bytes, next) : new Found.Unusable(next);
    }

    /** Up to where records are done with. */
    long done() {
        return done;
    }

    /**
     * Remembers, beyond the end of the process if the disk allows, that the records before this place are done with.
     *
     * @param records how many that is more than before
     */
    void setDone(long at, int records) {
        done = at;
        countDone += records;
        try {
            memory().set(LONG, DONE_AT, at);
            MemoryFaults.throwIfAny();
        } catch (InternalError e) {
            // the disk fails: the next process will find them, and send them once more
        }
    }

    /** How many records are there that are not done with, unusable ones included. */
    int count() {
        return Math.max(0, claimed.get() - countDone);
    }

    private boolean hasUnfinished() {
        try {
            boolean unfinished = lengths().anyMatch(length -> length < 0);
            MemoryFaults.throwIfAny();
            return unfinished;
        } catch (InternalError e) { // the disk fails, and so nobody knows
            return true;
        }
    }

    /** Of the records that are not done with, as they are written down. */
    private IntStream lengths() {
        MemorySegment memory = memory();
        IntStream.Builder lengths = IntStream.builder();
        long at = done;
        while (at < SIZE) {
            int length = (int) LENGTH.getVolatile(memory, at);
            if (length == 0 || length == SEALED || at + space(Math.abs(length)) > SIZE) {
                break;
            }
            at += space(Math.abs(length));
            lengths.add(length);
        }
        return lengths.build();
    }

    static int crc(byte[] record) {
        CRC32C crc = new CRC32C();
        crc.update(record);
        return (int) crc.getValue();
    }

    private static long space(int length) {
        return 8 + (length + 7L) / 8 * 8;
    }

    /** Gives the memory back; whoever still uses it gets an {@link IllegalStateException}. The file stays. */
    @Override
    public void close() {
        Arena mapped = arena;
        if (mapped != null) {
            memory = null;
            arena = null;
            mapped.close();
        }
    }
}
