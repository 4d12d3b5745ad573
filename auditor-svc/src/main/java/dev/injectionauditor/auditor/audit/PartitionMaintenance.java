package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.val;

import dev.injectionauditor.auditor.audit.outage.RetentionTable;
import dev.injectionauditor.service.Loop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.function.Consumer;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.QueryPart;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the partitions that are needed and drops those that are older than the retention, after moving what outlives it
 * to the default partition. One auditor does that at a time. Nothing depends on its being in time: rows without a
 * partition of their own are in the default one, and a partition that could not be dropped is dropped the next time.
 */
final class PartitionMaintenance implements Loop.Work {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionMaintenance.class);

    /** Key of the advisory lock that makes one member the only one. */
    static final long LOCK = 0x1A_9A27L;

    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final Duration AHEAD = Duration.ofDays(7);

    private final DSLContext db;
    private final Duration retention;
    private final InstantSource clock;
    private volatile Instant lastComplete;

    PartitionMaintenance(DSLContext db, Duration retention, InstantSource clock) {
        this.db = db;
        this.retention = retention;
        this.clock = clock;
        this.lastComplete = clock.instant();
    }

    /** When nothing was left to do for the last time; at first, when this was made. */
    Instant lastComplete() {
        return lastComplete;
    }

    /** A step that somebody is in the way of is put off until the next time, as each try makes others wait. */
    @Override
    public boolean runOnce() {
        Instant now = clock.instant();
        boolean complete = true;
        LocalDate oldest = Partitions.week(now.minus(retention));
        for (Partitions<?> partitions : Partitions.all()) {
            for (LocalDate week = oldest; !week.isAfter(Partitions.week(now.plus(AHEAD))); week = week.plusWeeks(1)) {
                LocalDate needed = week;
                complete &= alone(LockOfWebhooks.CHANGE_REFERENCES, tx -> make(tx, partitions, needed));
            }
        }
        for (Partitions<?> partitions : Partitions.all()) {
            for (String old : partitions.attachedBefore(db, oldest)) {
                complete &= alone(LockOfWebhooks.CHANGE_REFERENCES, tx -> detach(tx, partitions, old, oldest));
            }
            complete &= alone(LockOfWebhooks.CHANGE_REFERENCES, tx -> clean(tx, partitions, oldest));
        }
        // Of an earlier run too, which could not drop it or was killed before.
        for (Partitions<?> partitions : Partitions.all()) {
            for (String detached : partitions.detached(db)) {
                complete &= alone(LockOfWebhooks.END_REFERENCES, tx -> drop(tx, partitions.part(detached)));
            }
        }
        if (complete) {
            lastComplete = now;
        }
        return false;
    }

    /** The mode in which {@code watched_webhook}, which the partitions refer to, is locked before anything else is. */
    private enum LockOfWebhooks {
        /** For attaching and detaching, which take it anyway. Goes with the locks of those who write the history. */
        CHANGE_REFERENCES("share row exclusive"),

        /**
         * For dropping what refers to it, which takes it anyway. Goes with nobody, not even with who reads: whoever
         * waits for a table while it has this one would wait for ever if that table were locked beside this one.
         */
        END_REFERENCES("access exclusive");

        private final String mode;

        LockOfWebhooks(String mode) {
            this.mode = mode;
        }
    }

    /**
     * Does one step in a transaction of its own, so that no lock on a table is held for longer.
     *
     * @return false if another member is at it, or somebody had a lock for too long; nothing was done then
     */
    private boolean alone(LockOfWebhooks lock, Consumer<DSLContext> step) {
        try {
            return inTransaction(lock, step);
        } catch (DataAccessException e) {
            if (!LOCK_NOT_AVAILABLE.equals(e.sqlState())) {
                throw e;
            }
            LOG.atWarn()
                    .addKeyValue("reason", e.getMessage())
                    .log("Partitions are left as they are until the next time");
            return false;
        }
    }

    /** @return false if another member is at it */
    private boolean inTransaction(LockOfWebhooks lock, Consumer<DSLContext> step) {
        return db.transactionResult(transaction -> {
            DSLContext tx = transaction.dsl();
            // Who writes the history must not have to wait behind this for long.
            tx.execute("set local lock_timeout = '5s'");
            // Nor while each row is compared with all outages, for lack of room for those of a large fleet.
            tx.execute("set local work_mem = '64MB'");
            boolean mine = tx.select(DSL.function("pg_try_advisory_xact_lock", Boolean.class, val(LOCK)))
                    .fetchSingle()
                    .value1();
            if (mine) {
                tx.execute("lock table {0} in {1} mode", WATCHED_WEBHOOK, DSL.raw(lock.mode));
                step.accept(tx);
            }
            return mine;
        });
    }

    private static void make(DSLContext tx, Partitions<?> partitions, LocalDate week) {
        String partition = partitions.name(week);
        if (partitions.attached(tx).contains(partition)) {
            return;
        }
        if (partitions.isTaken(tx, partition)) {
            LOG.atWarn()
                    .addKeyValue("partition", partition)
                    .log("A table has the name of a partition, as one that an administrator has detached; the rows of"
                            + " that week stay in the default partition");
            return;
        }
        Instant from = Partitions.start(week);
        Instant until = Partitions.start(week.plusWeeks(1));
        Table<?> made = partitions.part(partition);
        // The whole, not only the default partition: a query that knew the old partitions and waited for the default
        // one would find the rows in neither.
        tx.execute("lock table {0} in access exclusive mode", partitions.table());
        tx.execute(
                "create table {0} (like {1} including all) with (fillfactor = {2})",
                made, partitions.table(), inline(partitions.fillFactor()));
        // Rows of that week that have come already would be in the way in the default partition.
        tx.execute(
                "with moved as (delete from {0} where {1} returning *) insert into {2} ({3}) select {3} from moved",
                partitions.kept(),
                partitions.isBefore(until).and(not(partitions.isBefore(from))),
                made,
                columns(tx, partitions));
        tx.execute(
                "alter table {0} attach partition {1} for values from ({2}) to ({3})",
                partitions.table(), made, inline(from.toString()), inline(until.toString()));
        LOG.atInfo().addKeyValue("partition", partition).log("Made a partition");
    }

    /** Detaches one of those that hold nothing from this week on. */
    static void detach(DSLContext tx, Partitions<?> partitions, String partition, LocalDate oldest) {
        if (!partitions.attached(tx).contains(partition)) {
            return;
        }
        RetentionTable.keepSince(tx, Partitions.start(oldest));
        Table<?> old = partitions.part(partition);
        tx.execute("alter table {0} detach partition {1}", partitions.table(), old);
        int kept = tx.execute(
                "insert into {0} ({3}) select {3} from {1} where {2}",
                partitions.kept(),
                old,
                partitions.outlives().apply(partitions.table().as(partition)),
                columns(tx, partitions));
        // From now on it is known by its name that it may be dropped: an administrator may detach partitions as well.
        tx.execute("alter table {0} rename to {1}", old, DSL.name(Partitions.detached(partition)));
        LOG.atInfo()
                .addKeyValue("partition", partition)
                .addKeyValue("rowsKept", kept)
                .log("Detached a partition");
    }

    /** Removes what is in the default partition and need not be kept any more, or came late. */
    private static void clean(DSLContext tx, Partitions<?> partitions, LocalDate oldest) {
        Condition over = partitions
                .isBefore(Partitions.start(oldest))
                .and(not(partitions.outlives().apply(partitions.kept())));
        if (tx.fetchExists(partitions.kept(), over)) {
            RetentionTable.keepSince(tx, Partitions.start(oldest));
            tx.deleteFrom(partitions.kept()).where(over).execute();
        }
    }

    private static void drop(DSLContext tx, Table<?> detached) {
        tx.execute("drop table if exists {0}", detached);
        LOG.atInfo().addKeyValue("partition", detached.getName()).log("Dropped a partition");
    }

    /** The columns that rows are moved with: those that are generated would be refused. */
    private static QueryPart columns(DSLContext tx, Partitions<?> partitions) {
        return DSL.list(tx.fetch(
                        "select attname from pg_attribute where attrelid = {0}::regclass and attnum > 0"
                                + " and not attisdropped and attgenerated = '' order by attnum",
                        inline(partitions.qualified(partitions.table().getName())))
                .map(column -> DSL.field(DSL.name(column.get(0, String.class)))));
    }
}
