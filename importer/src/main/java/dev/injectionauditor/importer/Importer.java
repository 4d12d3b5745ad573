package dev.injectionauditor.importer;

import dev.injectionauditor.auditor.audit.LoggedCreation;
import dev.injectionauditor.auditor.audit.LoggedHistory;
import dev.injectionauditor.importer.Line.Reason;
import dev.injectionauditor.schema.WatchedWebhook;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** Reads audit logs into the history, batch by batch. Used by one thread. */
final class Importer implements LineSplitter.Sink {

    private static final int BATCH = 2_000;
    private static final int READ_BUFFER = 1 << 16;
    private static final int GZIP_FIRST = 0x1f;
    private static final int GZIP_SECOND = 0x8b;

    private final LoggedHistory history;
    private final AuditEventReader reader = new AuditEventReader();
    private final List<PodCreation> batch = new ArrayList<>();
    private final Map<Reason, Long> skipped = new EnumMap<>(Reason.class);
    private long events;
    private long pods;
    private long failedOpen;

    Importer(LoggedHistory history) {
        this.history = history;
    }

    /** Reads a log to its end, compressed by gzip or not. */
    void read(InputStream log) throws IOException {
        BufferedInputStream in = new BufferedInputStream(log, READ_BUFFER);
        LineSplitter lines = new LineSplitter(isCompressed(in) ? new GZIPInputStream(in, READ_BUFFER) : in, this);
        while (lines.readSome() >= 0) {
            // The lines come to this object.
        }
        store();
    }

    private static boolean isCompressed(BufferedInputStream in) throws IOException {
        in.mark(2);
        boolean compressed = in.read() == GZIP_FIRST && in.read() == GZIP_SECOND;
        in.reset();
        return compressed;
    }

    @Override
    public void line(byte[] bytes, int offset, int length) {
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

    private void store() {
        if (batch.isEmpty()) {
            return;
        }
        LoggedHistory.Added added =
                history.add(batch.stream().map(Importer::logged).toList());
        Map<Object, PodCreation> counted = batch.stream()
                .filter(creation -> added.added().contains(creation.auditId()))
                .collect(Collectors.toMap(PodCreation::auditId, creation -> creation, (first, again) -> first));
        pods += counted.size();
        failedOpen += counted.values().stream().filter(PodCreation::failedOpen).count();
        skip(Reason.TOO_OLD, added.tooOld());
        skip(Reason.REPEATED, (long) batch.size() - counted.size() - added.tooOld());
        batch.clear();
    }

    private static LoggedCreation logged(PodCreation creation) {
        return new LoggedCreation(
                creation.auditId(),
                creation.at(),
                creation.namespace(),
                creation.name(),
                creation.podUid(),
                creation.applied().entrySet().stream()
                        .filter(call -> WatchedWebhook.isValidName(call.getKey()))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    Summary summary() {
        return new Summary(events, skipped, pods, failedOpen, history.outages());
    }
}
