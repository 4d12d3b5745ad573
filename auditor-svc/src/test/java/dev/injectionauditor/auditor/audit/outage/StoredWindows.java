package dev.injectionauditor.auditor.audit.outage;

import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jooq.DSLContext;

/** The outage windows in a database. */
public final class StoredWindows {

    private static final Instant EVER = Instant.parse("9999-01-01T00:00:00Z");

    private StoredWindows() {}

    /** Compares the windows of all webhooks with those that an oracle finds in the stored evidence. */
    public static void assertThoseOfTheEvidence(DSLContext db, Duration quietPeriod, String description) {
        for (int webhook :
                db.select(WATCHED_WEBHOOK.WEBHOOK_ID).from(WATCHED_WEBHOOK).fetch(WATCHED_WEBHOOK.WEBHOOK_ID)) {
            List<Evidence> evidence = new EvidenceTable(db, webhook).between(Instant.EPOCH, EVER);
            assertThat(evidence).hasSize(db.fetchCount(EVIDENCE, EVIDENCE.WEBHOOK_ID.eq(webhook)));
            assertThat(db
                            .selectFrom(OUTAGE)
                            .where(OUTAGE.WEBHOOK_ID.eq(webhook))
                            .orderBy(OUTAGE.STARTED_BY)
                            .fetch(OutageTable::window)
                            .stream()
                            .map(window -> List.of(window.startedBy(), window.endedAfter(), window.calls())))
                    .as(description)
                    .isEqualTo(OutageOracle.windows(evidence, quietPeriod).stream()
                            .map(window -> List.of(window.startedBy(), window.endedAfter(), window.calls()))
                            .toList());
        }
    }
}
