package dev.injectionauditor.webhook.spool;

import dev.injectionauditor.service.Failures;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes segments before they are wanted, so that no answer has to wait for the disk to make one, and deletes those that
 * are done with. One thread makes and deletes, any may take and discard.
 */
final class SegmentSupply implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentSupply.class);

    /** Empty segments kept at hand. */
    private static final int AT_HAND = 1;
    /** Those, one that waits to join them, and one that waits to be deleted. */
    static final int NOT_IN_USE = AT_HAND + 2;

    /** How long an answer waits for a new segment at most, before its event and those after it are kept in memory. */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(200);

    private final @Nullable SegmentFolder folder;
    private final BlockingQueue<Segment> atHand = new ArrayBlockingQueue<>(AT_HAND);
    private final ConcurrentLinkedQueue<Segment> discarded = new ConcurrentLinkedQueue<>();
    private volatile boolean inTrouble;

    /**
     * @param path where the files are, null to have segments in memory only. If it cannot be used, that is so too, and
     *     is logged: a service that does not start is worse
     */
    SegmentSupply(@Nullable Path path) {
        @Nullable SegmentFolder opened = null;
        if (path != null) {
            try {
                opened = new SegmentFolder(path);
            } catch (IOException | RuntimeException e) {
                inTrouble = true;
                LOG.atError()
                        .addKeyValue("folder", path)
                        .addKeyValue("problem", Failures.inOneLine(e))
                        .log("The spool's folder cannot be used; events wait in memory and end with the process");
            }
        }
        folder = opened;
    }

    /** What a former process has left, oldest first. */
    List<Segment> recover() {
        return folder == null ? List.of() : folder.recover();
    }

    /** Makes a segment, on disk if that can be. */
    Segment make() {
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
        } catch (IOException | RuntimeException | InternalError e) {
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

    /** Makes a segment and waits until there is room at hand for it, which is when another one was taken. */
    void keepAtHand() throws InterruptedException {
        Segment segment = make();
        try {
            atHand.put(segment);
        } catch (InterruptedException e) {
            discard(segment);
            throw e;
        }
    }

    /** An empty segment: one in memory if the disk is too slow. */
    Segment take() {
        Segment next = null;
        try {
            next = atHand.poll(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return next != null ? next : Segment.inMemory();
    }

    /** Has a segment deleted later. */
    void discard(Segment segment) {
        discarded.add(segment);
    }

    void deleteDiscarded() {
        for (Segment gone = discarded.poll(); gone != null; gone = discarded.poll()) {
            delete(gone);
        }
    }

    static void delete(Segment segment) {
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

    /** Deletes what is at hand and discarded, and leaves the folder to the next process. Nobody may take any more. */
    @Override
    public void close() throws IOException {
        atHand.drainTo(discarded);
        deleteDiscarded();
        if (folder != null) {
            folder.close();
        }
    }
}
