package dev.injectionauditor.importer;

import dev.injectionauditor.auditor.audit.outage.LoggedHistory;
import dev.injectionauditor.importer.Line.Reason;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;

/**
 * Reads audit logs into the history. Used by one thread; a batch is stored in another one while the next is read, so
 * two of them are in memory at most.
 */
final class Importer implements LineSplitter.Sink {

    private static final int BATCH = 10_000;
    private static final int READ_BUFFER = 1 << 16;
    private static final int GZIP_FIRST = 0x1f;
    private static final int GZIP_SECOND = 0x8b;

    private final CompletableFuture<LoggedHistory> history;
    private final Background background;
    private final AuditEventReader reader = new AuditEventReader(new PlainTexts(new JacksonTexts()));
    private final Map<Reason, Long> skipped = new EnumMap<>(Reason.class);
    private List<PodCreation> batch = new ArrayList<>();
    private CompletableFuture<StoredBatch> stored = CompletableFuture.completedFuture(new StoredBatch(0, 0, 0, 0));
    private long events;
    private long pods;
    private long failedOpen;

    /**
     * An importer.
     *
     * @param history need not be there yet when reading begins
     * @param background stores
     */
    Importer(CompletableFuture<LoggedHistory> history, Background background) {
        this.history = history;
        this.background = background;
    }

    /**
     * Reads a log to its end, compressed by gzip or not.
     *
     * @throws BadLogException if that cannot be done; what was read of it before counts
     */
    void read(InputStream log) throws IOException {
        LineSplitter lines = new LineSplitter(text(log), this);
        while (lines.readSome() >= 0) {
            // The lines come to this object.
            if (history.isCompletedExceptionally()) {
                Background.await(history);
            }
        }
    }

    private static InputStream text(InputStream log) throws BadLogException {
        BufferedInputStream in = new BufferedInputStream(log, READ_BUFFER);
        try {
            return isCompressed(in) ? new GZIPInputStream(in, READ_BUFFER) : in;
        } catch (EOFException e) {
            // Cut off before there is any text.
            return InputStream.nullInputStream();
        } catch (IOException e) {
            throw new BadLogException(e);
        }
    }

    private static boolean isCompressed(BufferedInputStream in) throws IOException {
        in.mark(2);
        boolean compressed = in.read() == GZIP_FIRST && in.read() == GZIP_SECOND;
        in.reset();
        return compressed;
    }

    @Override
    public void line(byte[] bytes, int offset, int length) throws IOException {
        events++;
        switch (reader.read(bytes, offset, length)) {
            case Line.Skipped(Reason reason) -> skip(reason, 1);
            case PodCreation creation -> {
                batch.add(creation);
                if (batch.size() == BATCH) {
                    store();
                }
            }
        }
    }

    @Override
    public void tooLong() {
        events++;
        skip(Reason.TOO_LONG, 1);
    }

    private void skip(Reason reason, long count) {
        if (count > 0) {
            skipped.merge(reason, count, Long::sum);
        }
    }

    private void store() throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        finish();
        List<PodCreation> full = batch;
        batch = new ArrayList<>(BATCH);
        stored = background.start(() -> StoredBatch.store(Background.await(history), full));
    }

    /** Waits for what is being stored, and counts it. */
    private void finish() throws IOException {
        StoredBatch last = Background.await(stored);
        stored = CompletableFuture.completedFuture(new StoredBatch(0, 0, 0, 0));
        pods += last.pods();
        failedOpen += last.failedOpen();
        skip(Reason.TOO_OLD, last.tooOld());
        skip(Reason.REPEATED, last.repeated());
    }

    /** What has been found so far. All of it is stored then; waits for the history if need be. */
    Summary summary() throws IOException {
        store();
        finish();
        return new Summary(
                events, skipped, pods, failedOpen, Background.await(history).outages());
    }
}
