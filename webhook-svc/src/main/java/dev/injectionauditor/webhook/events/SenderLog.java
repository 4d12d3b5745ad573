package dev.injectionauditor.webhook.events;

import dev.injectionauditor.webhook.spool.Spool;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells operators how the sending goes, seldom enough to be read. Used by one thread at a time. */
final class SenderLog {

    private static final Logger LOG = LoggerFactory.getLogger(AdmissionSender.class);
    private static final Duration BETWEEN_TROUBLES = Duration.ofMinutes(1);
    private static final Duration BETWEEN_DROPS = Duration.ofSeconds(10);

    private final Spool spool;
    private final InstantSource clock;
    private boolean inTrouble;
    private Instant nextTrouble = Instant.MIN;
    private Instant nextRefused = Instant.MIN;
    private Instant nextDropped = Instant.MIN;
    private long droppedReported;

    SenderLog(Spool spool, InstantSource clock) {
        this.spool = spool;
        this.clock = clock;
    }

    /** Kafka does not take events at present. */
    void trouble(String problem) {
        inTrouble = true;
        Instant now = clock.instant();
        if (now.isBefore(nextTrouble)) {
            return;
        }
        nextTrouble = now.plus(BETWEEN_TROUBLES);
        LOG.atWarn()
                .addKeyValue("problem", problem)
                .addKeyValue("waiting", spool.waiting())
                .log("Kafka does not take admission events; they wait, and admissions are answered as before");
    }

    /** Kafka takes events. */
    void recovered() {
        if (inTrouble) {
            inTrouble = false;
            nextTrouble = Instant.MIN;
            LOG.atInfo().addKeyValue("waiting", spool.waiting()).log("Kafka takes admission events again");
        }
    }

    /** Kafka will never take an event. */
    void refused(String problem) {
        Instant now = clock.instant();
        if (!now.isBefore(nextRefused)) {
            nextRefused = now.plus(BETWEEN_TROUBLES);
            LOG.atError()
                    .addKeyValue("problem", problem)
                    .log("Kafka refused an admission event for good; it is lost (further ones are only counted)");
        }
    }

    /** Reports what has been dropped since the last report. */
    void reportDropped() {
        long dropped = spool.dropped();
        Instant now = clock.instant();
        if (dropped > droppedReported && !now.isBefore(nextDropped)) {
            LOG.atWarn()
                    .addKeyValue("dropped", dropped - droppedReported)
                    .addKeyValue("waiting", spool.waiting())
                    .log("There was no room for admission events; the oldest are lost");
            nextDropped = now.plus(BETWEEN_DROPS);
            droppedReported = dropped;
        }
    }

    /** Reports what is still waiting at the end. */
    void reportLeft() {
        if (spool.waiting() > 0) {
            LOG.atWarn()
                    .addKeyValue("waiting", spool.waiting())
                    .addKeyValue("onDisk", spool.isOnDisk())
                    .log("Stopped before Kafka took all admission events; those on disk wait for the next process");
        }
    }
}
