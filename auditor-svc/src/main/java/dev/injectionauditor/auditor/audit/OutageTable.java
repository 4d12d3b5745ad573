package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static org.jooq.impl.DSL.noCondition;

import dev.injectionauditor.auditor.db.tables.records.OutageRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The table {@code outage}. Every method takes the caller's transaction. */
final class OutageTable {

    private final DSLContext tx;
    private final int webhook;

    OutageTable(DSLContext tx, int webhook) {
        this.tx = tx;
        this.webhook = webhook;
    }

    /** The last window that had begun by this moment. */
    Optional<OutageRecord> lastStartedBy(Instant moment) {
        return tx.selectFrom(OUTAGE)
                .where(OUTAGE.WEBHOOK_ID.eq(webhook))
                .and(OUTAGE.STARTED_BY.le(moment))
                .orderBy(OUTAGE.STARTED_BY.desc())
                .limit(1)
                .fetchOptional();
    }

    /** The first window that begins after this moment. */
    Optional<OutageRecord> firstStartedAfter(Instant moment) {
        return tx.selectFrom(OUTAGE)
                .where(OUTAGE.WEBHOOK_ID.eq(webhook))
                .and(OUTAGE.STARTED_BY.gt(moment))
                .orderBy(OUTAGE.STARTED_BY)
                .limit(1)
                .fetchOptional();
    }

    /** Whether applied calls of this span, both ends included, can change a window. */
    boolean isTouchedByAppliedIn(Instant from, Instant until) {
        return tx.fetchExists(tx.selectOne()
                .from(OUTAGE)
                .where(OUTAGE.WEBHOOK_ID.eq(webhook))
                .and(OUTAGE.STARTED_AFTER.isNull().or(OUTAGE.STARTED_AFTER.le(until)))
                .and(OUTAGE.ENDED_BEFORE.isNull().or(OUTAGE.ENDED_BEFORE.ge(from))));
    }

    /** The windows that begin in this span, both ends included, by id. A null end is no end. */
    Map<UUID, OutageRecord> startedBetween(Instant from, @Nullable Instant until) {
        return tx
                .selectFrom(OUTAGE)
                .where(OUTAGE.WEBHOOK_ID.eq(webhook))
                .and(OUTAGE.STARTED_BY.ge(from))
                .and(until == null ? noCondition() : OUTAGE.STARTED_BY.le(until))
                .fetch()
                .stream()
                .collect(Collectors.toMap(OutageRecord::getOutageId, outage -> outage));
    }

    void delete(Collection<UUID> ids) {
        if (!ids.isEmpty()) {
            tx.deleteFrom(OUTAGE).where(OUTAGE.OUTAGE_ID.in(ids)).execute();
        }
    }

    void write(List<OutageRecord> outages) {
        if (!outages.isEmpty()) {
            tx.insertInto(OUTAGE)
                    .columns(OUTAGE.fields())
                    .valuesOfRecords(outages)
                    .onConflict(OUTAGE.OUTAGE_ID)
                    .doUpdate()
                    .setAllToExcluded()
                    .execute();
        }
    }
}
