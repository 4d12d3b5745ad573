package dev.injectionauditor.webhook.spool;

import dev.injectionauditor.service.Failures;
import dev.injectionauditor.service.Loop;
import dev.injectionauditor.webhook.spool.Segment.Found;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue of records on disk. Many threads append, without a lock but for the one that begins a new segment;
 * one thread takes records out. When there is no room, the oldest segment is dropped and its records are counted; so it
 * is when a former process has left more than there is room for now.
 */
public final class Spool implements AutoCloseable {

    /** Least bound that makes sense, in bytes. */
    public static final long LEAST_BYTES = 8L * Segment.SIZE;

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    /** Empty segments kept at hand, so that no answer has to wait for the disk to make one. */
    private static final int AT_HAND = 1;
    /** Those, one that waits to join them, and one that waits to be deleted. */
    private static final int NOT_IN_USE = AT_HAND + 2;

    /** How long an answer waits for a new segment at most, before its event and those after it are kept in memory. */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(200);

    private final int mostSegments;
    private final @Nullable SegmentFolder folder;
    private final Loop keeper;
    private final BlockingQueue<Segment> atHand = new ArrayBlockingQueue<>(AT_HAND);
    /** Taken out of the queue for lack of room; the keeper counts and deletes them. */
    private final ConcurrentLinkedQueue<Segment> surplus = new ConcurrentLinkedQueue<>();

    private final ConcurrentLinkedQueue<Segment> discarded = new ConcurrentLinkedQueue<>();
    private final LongAdder added = new LongAdder();
    private final LongAdder removed = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder damaged = new LongAdder();

    /** Oldest first; the last one is being written. Whoever has removed one, and nobody else, counts and deletes it. */
    private final Deque<Segment> segments = new ConcurrentLinkedDeque<>();

    /** Held while records are read, counted or removed, also while the disk is waited for; never by who appends. */
    final Object reading = new Object();

    private volatile Segment writing;
    private volatile @Nullable Thread waiter;
    private volatile boolean inTrouble;

    // What was read last; guarded by reading.
    private @Nullable Segment batchOf;
    private final List<Long> ends = new ArrayList<>();

    /**
     * Opens a spool and what a former process has left in it, and starts the thread that makes its segments.
     *
     * @param folder where its files are, null to keep the records in memory only. If it cannot be used, they are kept
     *     in memory too, and that is logged: a service that does not start is worse
     * @param mostBytes what it takes up at most, {@link #LEAST_BYTES} or more
     */
    public static Spool open(@Nullable Path folder, long mostBytes, InstantSource clock) {
        @Nullable SegmentFolder opened = null;
        if (folder != null) {
            try {
                opened = new SegmentFolder(folder);
            } catch (IOException | RuntimeException e) {
                LOG.atError()
                        .addKeyValue("folder", folder)
                        .addKeyValue("problem", Failures.inOneLine(e))
                        .log("The spool's folder cannot be used; events wait in memory and end with the process");
            }
        }
        return new Spool(opened, folder != null && opened == null, mostBytes, clock);
    }

    private Spool(@Nullable SegmentFolder folder, boolean inTrouble, long mostBytes, InstantSource clock) {
        this.folder = folder;
        this.inTrouble = inTrouble;
        this.mostSegments = (int) Math.min(Integer.MAX_VALUE, mostBytes / Segment.SIZE) - NOT_IN_USE;
        if (folder != null) {
            List<Segment> left = folder.recover();
            segments.addAll(left);
            left.forEach(segment -> added.add(segment.count()));
            makeRoom();
            deleteDropped();
        }
        this.writing = newSegment();
        segments.addLast(writing);
        if (waiting() > 0) {
            LOG.atInfo().addKeyValue("events", waiting()).log("Found events that a former process has not sent");
        }
        this.keeper = new Loop("spool-keeper", this::keepAtHand, Duration.ZERO, clock);
        this.keeper.start();
    }

    /**
     * Appends a record. When this returns, the record survives the end of the process, unless it is kept in memory
     * only. Does not wait for the one who takes records out, and for the disk only if it has not given the next segment
     * in time: 200 ms at most, once for each segment.
     *
     * @param record not empty
     * @throws IllegalArgumentException if the record is empty, or longer than a segment
     * @throws InternalError if the disk fails under a file; the record is lost then, and counted as damaged when its
     *     place is read
     */
    public void append(byte[] record) {
        if (record.length == 0 || record.length > Segment.LONGEST) {
            throw new IllegalArgumentException("a record of " + record.length + " bytes");
        }
        int crc = Segment.crc(record);
        while (true) {
            Segment segment = writing;
            try {
                if (segment.append(record, crc)) {
                    break;
                }
                roll(segment);
            } catch (InternalError e) { // the disk fails under a mapped file
                added.increment(); // it has got its place, most likely, and will be found damaged there
                throw e;
            } catch (IllegalStateException e) {
                // This thread was so slow that the segment is gone, dropped or done with.
                if (segment == writing) {
                    throw e;
                }
            }
        }
        added.increment();
        LockSupport.unpark(waiter);
    }

    private synchronized void roll(Segment full) {
        if (writing != full) {
            return;
        }
        makeRoom(); // before the keeper sees that a segment was taken, so that it finds what there is to drop
        Segment next = takeNext();
        segments.addLast(next);
        writing = next;
        full.setFull();
    }

    /** Drops the oldest segments until there is room for one more, without waiting for somebody who reads in them. */
    private void makeRoom() {
        while (segments.size() >= mostSegments) {
            surplus.add(segments.removeFirst());
        }
    }

    private void deleteDropped() {
        synchronized (reading) { // whoever was still reading one has ended
            for (Segment gone = surplus.poll(); gone != null; gone = surplus.poll()) {
                dropped.add(gone.count());
                discarded.add(gone);
            }
        }
        deleteDiscarded();
    }

    private Segment takeNext() {
        Segment next = null;
        try {
            next = atHand.poll(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return next != null ? next : Segment.inMemory(); // the disk is too slow
    }

    /** Makes a segment, waits until it is wanted, and counts and deletes those that were dropped. */
    private boolean keepAtHand() throws InterruptedException {
        Segment segment = newSegment();
        try {
            atHand.put(segment);
        } catch (InterruptedException e) {
            discarded.add(segment);
            throw e;
        }
        deleteDropped();
        unmapWaiting();
        return true;
    }

    /** Only what is being written or read takes up memory. */
    private void unmapWaiting() {
        synchronized (reading) {
            Segment first = segments.getFirst();
            for (Segment segment : segments) {
                if (segment != first) {
                    segment.unmap();
                }
            }
        }
    }

    private Segment newSegment() {
        if (folder == null) {
            return Segment.inMemory();
        }
        try {
            Segment segment = folder.create();
            if (inTrouble) {
                inTrouble = false;
                LOG.info("The spool can be written to again");
            }
            return segment;
        } catch (IOException | RuntimeException e) {
            boolean ending = e instanceof ClosedByInterruptException;
            if (!inTrouble && !ending) {
                inTrouble = true;
                LOG.atError()
                        .addKeyValue("problem", Failures.inOneLine(e))
                        .log("The spool cannot be written to; new events wait in memory and end with the process");
            }
            return Segment.inMemory();
        }
    }

    /**
     * The oldest records, which stay in the queue until they are removed: the same ones come again until then.
     *
     * @param most how many at most, at least 1
     * @param wait how long to wait if there are none
     * @return records in order; empty if none came in time
     * @throws InterruptedException if interrupted while waiting
     */
    public List<byte[]> oldest(int most, Duration wait) throws InterruptedException {
        long end = System.nanoTime() + wait.toNanos();
        waiter = Thread.currentThread();
        try {
            while (true) {
                List<byte[]> batch = read(most);
                long rest = end - System.nanoTime();
                if (!batch.isEmpty() || rest <= 0) {
                    return batch;
                }
                LockSupport.parkNanos(this, rest);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        } finally {
            waiter = null;
        }
    }

    private List<byte[]> read(int most) {
        synchronized (reading) {
            List<byte[]> batch = new ArrayList<>();
            ends.clear();
            while (true) {
                Segment segment = segments.getFirst();
                try {
                    segment.remap();
                } catch (ClosedByInterruptException e) {
                    return batch; // and the interrupt ends the wait
                } catch (IOException e) {
                    lose(segment, e);
                    continue;
                }
                batchOf = segment;
                Found found = read(segment, batch, most);
                if (!batch.isEmpty() || !(found instanceof Found.End) || segment == writing) {
                    return batch;
                }
                if (segments.remove(segment)) { // else it was dropped meanwhile
                    delete(segment);
                }
            }
        }
    }

    /** Gives up the first segment. */
    private void lose(Segment first, IOException problem) {
        if (!segments.remove(first)) {
            return; // dropped meanwhile, and counted as such
        }
        LOG.atError()
                .addKeyValue("file", first.file())
                .addKeyValue("events", first.count())
                .addKeyValue("problem", Failures.inOneLine(problem))
                .log("A file of the spool cannot be read any more; its events are lost");
        damaged.add(first.count());
        removed.add(first.count());
    }

    /** What stopped the reading. */
    private Found read(Segment segment, List<byte[]> batch, int most) {
        long at = segment.done();
        while (true) {
            Found found = segment.read(at);
            switch (found) {
                case Found.Entry(byte[] bytes, long next) -> {
                    batch.add(bytes);
                    ends.add(next);
                    at = next;
                    if (batch.size() == most) {
                        return found;
                    }
                }
                case Found.Unusable(long next) -> {
                    if (!batch.isEmpty()) {
                        return found; // it counts when everything before it is done with
                    }
                    damaged.increment();
                    removed.increment();
                    segment.setDone(next);
                    at = next;
                }
                case Found.Nothing _, Found.End _ -> {
                    return found;
                }
            }
        }
    }

    /**
     * Removes records from the front of what {@link #oldest} returned last.
     *
     * @param count from 0 to as many as were returned
     */
    public void remove(int count) {
        synchronized (reading) {
            Segment segment = batchOf;
            if (count > 0 && segment != null && segment == segments.getFirst()) { // else it was dropped meanwhile
                segment.setDone(ends.get(count - 1));
                ends.subList(0, count).clear();
                removed.add(count);
            }
        }
    }

    /** How many records wait, those not removed yet included. */
    public long waiting() {
        return Math.max(0, added.sum() - removed.sum() - dropped.sum());
    }

    /** How many records have been dropped for lack of room, those of the last moment excepted. */
    public long dropped() {
        return dropped.sum();
    }

    /** How many records could not be read back, those included that a killed process had not finished. */
    public long damaged() {
        return damaged.sum();
    }

    /** Whether new records survive the end of the process. */
    public boolean isOnDisk() {
        return writing.file() != null;
    }

    /** Ends; records that wait on disk are found by the next process. Nobody may append any more. */
    @Override
    public void close() throws IOException {
        keeper.close();
        synchronized (reading) {
            atHand.drainTo(discarded);
            for (Segment segment : segments) {
                if (segment.count() == 0) {
                    discarded.add(segment);
                } else {
                    segment.close();
                }
            }
            segments.clear();
            deleteDropped();
        }
        if (folder != null) {
            folder.close();
        }
    }

    private void deleteDiscarded() {
        for (Segment gone = discarded.poll(); gone != null; gone = discarded.poll()) {
            delete(gone);
        }
    }

    private static void delete(Segment segment) {
        segment.close();
        Path file = segment.file();
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("problem", Failures.inOneLine(e))
                    .log("A file of the spool cannot be deleted; its events will be sent again after a restart");
        }
    }
}
