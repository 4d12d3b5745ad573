package dev.injectionauditor.webhook.spool;

import dev.injectionauditor.service.Loop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
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

    /** An answer tries no more often: what is written, what is at hand, what waits to join it, then memory. */
    private static final int MOST_FAILURES = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    private final int mostSegments;
    private final SegmentSupply supply;
    private final Loop keeper;

    /** Oldest first; the last one is being written. Whoever has removed one, and nobody else, counts and deletes it. */
    private final Deque<Segment> segments = new ConcurrentLinkedDeque<>();
    /** Taken out of the queue for lack of room; the keeper counts and deletes them. */
    private final ConcurrentLinkedQueue<Segment> surplus = new ConcurrentLinkedQueue<>();

    private volatile Segment writing;
    private volatile @Nullable Thread waiter;

    /** For lack of room. */
    private final LongAdder dropped = new LongAdder();

    private final LongAdder damaged = new LongAdder();

    /** Its monitor is never held by who appends. */
    final SegmentReader reading = new SegmentReader(segments, () -> writing, this::roll, damaged);

    /**
     * Opens a spool and what a former process has left in it, and starts the thread that makes its segments.
     *
     * @param folder where its files are, null to keep the records in memory only. If it cannot be used, they are kept
     *     in memory too, and that is logged
     * @param mostBytes what it takes up at most, {@link #LEAST_BYTES} or more
     */
    public static Spool open(@Nullable Path folder, long mostBytes, InstantSource clock) {
        return new Spool(new SegmentSupply(folder), mostBytes, clock);
    }

    private Spool(SegmentSupply supply, long mostBytes, InstantSource clock) {
        this.supply = supply;
        this.mostSegments = (int) Math.min(Integer.MAX_VALUE, mostBytes / Segment.SIZE) - SegmentSupply.NOT_IN_USE;
        segments.addAll(supply.recover());
        makeRoom();
        deleteDropped();
        this.writing = supply.make();
        segments.addLast(writing);
        if (waiting() > 0) {
            LOG.atInfo().addKeyValue("events", waiting()).log("Found events that a former process has not sent");
        }
        this.keeper = new Loop("spool-keeper", this::keepAtHand, Duration.ZERO, clock);
        this.keeper.start();
    }

    /**
     * Appends a record. When this returns, the record survives the end of the process, unless it is kept in memory
     * only. Does not wait for the one who takes records out. In a folder in memory (tmpfs) it does not wait for a disk
     * either. In one on a disk it may: for as long as the disk takes if the kernel is just writing back the page that
     * the record goes to; and, once for each segment, 200 ms at most if the disk has not given the next one in time.
     *
     * @param record not empty
     * @throws IllegalArgumentException if the record is empty, or longer than a segment
     * @throws InternalError if the disk fails under {@value #MOST_FAILURES} files one after the other; the record is
     *     lost then. Before that, the next segment has it; what it leaves in the failing one is counted as damaged
     */
    public void append(byte[] record) {
        if (record.length == 0 || record.length > Segment.LONGEST) {
            throw new IllegalArgumentException("a record of " + record.length + " bytes");
        }
        int crc = Segment.crc(record);
        int failures = 0;
        while (true) {
            Segment segment = writing;
            try {
                if (segment.append(record, crc)) {
                    break;
                }
            } catch (InternalError e) { // the disk fails under a mapped file
                segment.setFailing();
                if (++failures == MOST_FAILURES) {
                    throw e;
                }
            } catch (IllegalStateException e) {
                // This thread was so slow that the segment is gone, dropped or done with.
                if (segment == writing) {
                    throw e;
                }
            }
            roll(segment);
        }
        LockSupport.unpark(waiter);
    }

    /** Begins a new segment, if nobody else has. @param full no longer written to */
    private synchronized void roll(Segment full) {
        if (writing != full) {
            return;
        }
        makeRoom(); // before the keeper sees that a segment was taken, so that it finds what there is to drop
        Segment next = supply.take();
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
                supply.discard(gone);
            }
        }
        supply.deleteDiscarded();
    }

    /** Makes a segment, waits until it is wanted, and counts and deletes those that were dropped. */
    private boolean keepAtHand() throws InterruptedException {
        supply.keepAtHand();
        deleteDropped();
        reading.unmapWaiting();
        return true;
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
                List<byte[]> batch = reading.read(most);
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

    /**
     * Removes records from the front of what {@link #oldest} returned last.
     *
     * @param count from 0 to as many as were returned
     */
    public void remove(int count) {
        reading.remove(count);
    }

    /** How many records wait, those not removed yet included. */
    public long waiting() {
        return segments.stream().mapToLong(Segment::count).sum();
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
            for (Segment segment : segments) {
                if (segment.count() == 0) {
                    supply.discard(segment);
                } else {
                    segment.close();
                }
            }
            segments.clear();
            deleteDropped();
        }
        supply.close();
    }
}
