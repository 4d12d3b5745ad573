package dev.injectionauditor.auditor.audit.verdict;

import static dev.injectionauditor.auditor.db.Tables.ADMISSION;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.RETENTION;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.audit.sql.Rows;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.types.DayToSecond;

/**
 * One of the two rows that an admission leaves, which know each other by the stamp: the call and its Pod.
 *
 * @param at when it was made
 * @param flag says that the other half is missing
 * @param lacksOther whether it is, for rows that should have one
 */
public record Half<R extends Record>(
        Table<R> table,
        TableField<R, Integer> webhook,
        TableField<R, UUID> stamp,
        TableField<R, Instant> at,
        TableField<R, Instant> storedAt,
        TableField<R, Boolean> flag,
        Condition lacksOther) {

    /** So much may the clocks be apart that the two halves have their times from. */
    private static final DayToSecond CLOCKS = DayToSecond.valueOf(Duration.ofHours(1));

    /** Pods, as far as they rest on a stamp of their own. */
    public static final Half<?> PODS = new Half<>(
            POD,
            POD.WEBHOOK_ID,
            POD.STAMP,
            POD.CREATED_AT,
            POD.STORED_AT,
            POD.UNCONFIRMED,
            POD.VERDICT
                    .in(Verdict.INJECTED, Verdict.INCOMPLETE)
                    .and(notExists(selectOne()
                            .from(ADMISSION)
                            .where(ADMISSION.WEBHOOK_ID.eq(POD.WEBHOOK_ID))
                            .and(ADMISSION.REQUEST_UID.eq(POD.STAMP)))));

    /** Calls. */
    public static final Half<?> CALLS = new Half<>(
            ADMISSION,
            ADMISSION.WEBHOOK_ID,
            ADMISSION.REQUEST_UID,
            ADMISSION.ANSWERED_AT,
            ADMISSION.STORED_AT,
            ADMISSION.ORPHANED,
            notExists(selectOne()
                    .from(POD)
                    .where(POD.WEBHOOK_ID.eq(ADMISSION.WEBHOOK_ID))
                    .and(POD.STAMP.eq(ADMISSION.REQUEST_UID))));

    /**
     * The stamps that seem to be alone, by webhook.
     *
     * @param from exclusive, as to when the row was stored
     * @param until inclusive
     */
    public Map<Integer, List<UUID>> alone(DSLContext db, Instant from, Instant until) {
        return db.select(webhook, stamp)
                .from(table)
                .where(storedAt.gt(from))
                .and(isAlone(until))
                .fetchGroups(webhook, stamp);
    }

    /** Flags those of these that are, and says how many. */
    public int flag(DSLContext tx, int ofWebhook, List<UUID> stamps, Instant until) {
        return stamps.isEmpty()
                ? 0
                : tx.update(table)
                        .set(flag, true)
                        .where(webhook.eq(ofWebhook))
                        .and(stamp.eq(any(stamps.toArray(UUID[]::new))))
                        .and(isAlone(until))
                        .execute();
    }

    /** Takes the flag from those of these stamps that have it, as their other halves have come. */
    public void unflag(DSLContext tx, ByWebhook<UUID> stamps) {
        if (stamps.isEmpty()) {
            return;
        }
        Table<R> flagged = table.as("flagged");
        tx.update(table)
                .set(flag, false)
                .where(condition(flag))
                .and(Rows.of(table, webhook, stamps).each(stamp, of -> of).contain())
                // Mostly none has it, and then PostgreSQL need not look for each.
                .and(exists(selectOne()
                        .from(flagged)
                        .where(flagged.field(webhook).eq(any(stamps.webhooks().toArray(Integer[]::new))))
                        .and(condition(flagged.field(flag)))))
                .execute();
    }

    private Condition isAlone(Instant until) {
        return storedAt.le(until).and(flag.isFalse()).and(isOfKeptTime()).and(lacksOther);
    }

    /** Whether the other half would still be there, had it come: a Pod may outlive its call by far. */
    private Condition isOfKeptTime() {
        return at.gt(select(RETENTION.KEPT_SINCE.add(CLOCKS)).from(RETENTION));
    }
}
