package dev.injectionauditor.webhook.spool;

import dev.injectionauditor.service.Failures;
import dev.injectionauditor.webhook.spool.Segment.Found;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records from the oldest segment on, and removes them. Its monitor is held while records are read, counted or
 * removed, also while the disk is waited for; never by who appends.
 */
final class SegmentReader {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentReader.class);

    private final Deque<Segment> segments;
    private final Supplier<Segment> writing;
    private final Consumer<Segment> leave;
    private final LongAdder damaged;

    // What was read last.
    private @Nullable Segment batchOf;
    private final List<Long> ends = new ArrayList<>();

    /**
     * @param segments oldest first; whoever has removed one, and nobody else, counts and deletes it
     * @param writing the last of them
     * @param leave has another one written instead of this one, if it is the last
     * @param damaged counts the records that could not be read back
     */
    SegmentReader(Deque<Segment> segments, Supplier<Segment> writing, Consumer<Segment> leave, LongAdder damaged) {
        this.segments = segments;
        this.writing = writing;
        this.leave = leave;
        this.damaged = damaged;
    }

    /** The oldest records, which stay until they are removed. Empty if there are none, or when interrupted. */
    synchronized List<byte[]> read(int most) {
        List<byte[]> batch = new ArrayList<>();
        ends.clear();
        while (true) {
            Segment segment = segments.getFirst();
            boolean ended;
            try {
                segment.remap();
                batchOf = segment;
                ended = read(segment, batch, most) instanceof Found.End;
                MemoryFaults.throwIfAny();
            } catch (ClosedByInterruptException e) {
                return batch; // and the interrupt ends the wait
            } catch (IOException | InternalError e) { // InternalError: the disk fails under a mapped file
                if (batch.isEmpty()) {
                    lose(segment, e);
                    continue;
                }
                return batch; // first what could be read
            }
            if (!batch.isEmpty() || !ended || segment == writing.get()) {
                return batch;
            }
            if (segments.remove(segment)) { // else it was dropped meanwhile
                SegmentSupply.delete(segment);
                damaged.add(segment.count()); // what is behind a place that tells nothing
            }
        }
    }

    /** Gives up the first segment. Its file stays: the next process may be luckier. */
    private void lose(Segment first, Throwable problem) {
        leave.accept(first);
        if (!segments.remove(first)) {
            return; // dropped meanwhile, and counted as such
        }
        first.close();
        LOG.atError()
                .addKeyValue("file", first.file())
                .addKeyValue("events", first.count())
                .addKeyValue("problem", Failures.inOneLine(problem))
                .log("A file of the spool cannot be read any more; its events are lost");
        damaged.add(first.count());
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
                    segment.setDone(next, 1);
                    at = next;
                }
                case Found.Nothing _, Found.End _ -> {
                    return found;
                }
            }
        }
    }

    /** Removes records from the front of what {@link #read} returned last. */
    synchronized void remove(int count) {
        Segment segment = batchOf;
        if (count > 0 && segment != null && segment == segments.getFirst()) { // else it was dropped meanwhile
            long end = ends.get(count - 1);
            ends.subList(0, count).clear();
            segment.setDone(end, count);
        }
    }

    /** Gives back the memory of what is neither written nor read. */
    synchronized void unmapWaiting() {
        Segment first = segments.getFirst();
        for (Segment segment : segments) {
            if (segment != first) {
                segment.unmap();
            }
        }
    }
}
