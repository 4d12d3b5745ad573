package dev.injectionauditor.webhook;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.WatchedWebhook;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts admission events into the spool. That happens before the answer leaves, so that no Pod is changed without an
 * event of it, and it never keeps the answer from leaving.
 */
final class AdmissionRecorder {

    private static final Logger LOG = LoggerFactory.getLogger(AdmissionRecorder.class);

    private final WatchedWebhook webhook;
    private final Consumer<byte[]> spool;
    private final EventCodec codec = new EventCodec();
    private final LongAdder unrecorded = new LongAdder();
    private final OncePerMinute failures = new OncePerMinute();

    /** @param spool what takes the events */
    AdmissionRecorder(WatchedWebhook webhook, Consumer<byte[]> spool) {
        this.webhook = webhook;
        this.spool = spool;
    }

    void record(Admission admission) {
        try {
            spool.accept(codec.encode(CloudEvent.of(webhook, admission)));
        } catch (Throwable e) { // whatever it is: an InternalError if the disk fails, an OutOfMemoryError
            unrecorded.increment();
            report(e);
        }
    }

    private void report(Throwable failure) {
        try {
            if (failures.isDue()) {
                LOG.atError()
                        .setCause(failure)
                        .log(
                                "Could not put down an admission event; it is lost (more within a minute are only counted)");
            }
        } catch (OutOfMemoryError e) {
            // no memory to tell of it; it is counted
        }
    }

    /** How many events were lost because they could not be put down. */
    long unrecorded() {
        return unrecorded.sum();
    }
}
