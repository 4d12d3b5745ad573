package dev.injectionauditor.webhook;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.webhook.spool.Spool;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts admission events into the spool. That happens before the answer leaves, so that no Pod is changed without an
 * event of it, and it never keeps the answer from leaving.
 */
final class AdmissionRecorder {

    private static final Logger LOG = LoggerFactory.getLogger(AdmissionRecorder.class);

    private final WatchedWebhook webhook;
    private final Spool spool;
    private final EventCodec codec = new EventCodec();
    private final LongAdder unrecorded = new LongAdder();
    private final OncePerMinute failures = new OncePerMinute();

    AdmissionRecorder(WatchedWebhook webhook, Spool spool) {
        this.webhook = webhook;
        this.spool = spool;
    }

    void record(Admission admission) {
        try {
            spool.append(codec.encode(CloudEvent.of(webhook, admission)));
        } catch (RuntimeException | InternalError e) { // InternalError: the disk fails under a mapped file
            unrecorded.increment();
            if (failures.isDue()) {
                LOG.atError()
                        .setCause(e)
                        .log(
                                "Could not put down an admission event; it is lost (more within a minute are only counted)");
            }
        }
    }

    /** How many events were lost because they could not be put down. */
    long unrecorded() {
        return unrecorded.sum();
    }
}
