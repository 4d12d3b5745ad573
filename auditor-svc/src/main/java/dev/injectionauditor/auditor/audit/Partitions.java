package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.ADMISSION;
import static dev.injectionauditor.auditor.db.Tables.ADMISSION_KEPT;
import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static dev.injectionauditor.auditor.db.Tables.EVIDENCE_KEPT;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.POD_KEPT;
import static org.jooq.impl.DSL.falseCondition;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;

import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.auditor.db.enums.EvidenceKind;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Record2;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;

/**
 * A table that is partitioned by time, a partition for each week (from Monday 0:00 UTC). Weeks, not days, because a
 * stamp is looked up in every partition.
 *
 * @param table the whole
 * @param kept the default partition, for rows of a time that has none of its own
 * @param time the column that decides
 * @param outlives which rows outlive the retention, for the whole or one of its parts
 * @param fillFactor percent of a page that new rows may fill, so that there is room for new versions of them
 */
record Partitions<R extends Record>(
        Table<R> table,
        Table<?> kept,
        TableField<R, Instant> time,
        Function<Table<?>, Condition> outlives,
        int fillFactor) {

    private static final int FULL = 100;
    private static final String DETACHED = "_detached";

    // As in the migration for the partitions that were there before.
    private static final int ROOM_FOR_CHANGES = 70;

    /** All tables with partitions. */
    static List<Partitions<?>> all() {
        return List.of(
                new Partitions<>(
                        POD,
                        POD_KEPT,
                        POD.CREATED_AT,
                        part -> column(part, POD.VERDICT)
                                .eq(Verdict.MISSED)
                                .or(column(part, POD.LIFECYCLE).ne(Lifecycle.GONE)),
                        ROOM_FOR_CHANGES),
                new Partitions<>(ADMISSION, ADMISSION_KEPT, ADMISSION.ANSWERED_AT, part -> falseCondition(), FULL),
                // Windows are kept up to date from the evidence near a change: from what was not applied, and from the
                // applied calls that bound a window.
                new Partitions<>(
                        EVIDENCE,
                        EVIDENCE_KEPT,
                        EVIDENCE.AT,
                        part -> column(part, EVIDENCE.KIND)
                                .ne(EvidenceKind.applied)
                                .or(row(column(part, EVIDENCE.WEBHOOK_ID), column(part, EVIDENCE.AT))
                                        .in(boundsOfOutages())),
                        FULL));
    }

    /**
     * The applied calls that bound a window, without nulls, so that the negation holds for the others. Does not refer
     * to a row: PostgreSQL reads it once and looks each row up in a hash table, which has to fit into its memory
     * ({@link PartitionMaintenance}).
     */
    private static Select<Record2<Integer, Instant>> boundsOfOutages() {
        return select(OUTAGE.WEBHOOK_ID, OUTAGE.STARTED_AFTER)
                .from(OUTAGE)
                .where(OUTAGE.STARTED_AFTER.isNotNull())
                .unionAll(select(OUTAGE.WEBHOOK_ID, OUTAGE.ENDED_BEFORE)
                        .from(OUTAGE)
                        .where(OUTAGE.ENDED_BEFORE.isNotNull()));
    }

    private static <T> Field<T> column(Table<?> part, TableField<?, T> column) {
        Field<T> found = part.field(column);
        if (found == null) {
            throw new IllegalArgumentException(part + " has no column " + column);
        }
        return found;
    }

    /** The first day of the week that this moment is in. */
    static LocalDate week(Instant moment) {
        return LocalDate.ofInstant(moment, ZoneOffset.UTC).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    }

    static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** The name of the partition of the week that begins with this day, such as {@code pod_20261123}. */
    String name(LocalDate week) {
        return table.getName() + "_" + week.toString().replace("-", "");
    }

    String qualified(String part) {
        return schema() + "." + part;
    }

    /** The names of the partitions that are there, without the default one, the oldest first. */
    List<String> attached(DSLContext db) {
        return parts(db, "", true);
    }

    /** The names of those that hold nothing from this week on, the oldest first. */
    List<String> attachedBefore(DSLContext db, LocalDate week) {
        return attached(db).stream()
                .filter(partition -> partition.compareTo(name(week)) < 0)
                .toList();
    }

    /** The names of those that were detached and are to be dropped, the oldest first. */
    List<String> detached(DSLContext db) {
        return parts(db, DETACHED, false);
    }

    /** The name of a partition when it is detached and to be dropped. */
    static String detached(String partition) {
        return partition + DETACHED;
    }

    private List<String> parts(DSLContext db, String suffix, boolean attached) {
        return db.fetch(
                        "select relname from pg_class where relnamespace = {0}::regnamespace and relkind = 'r'"
                                + " and relispartition = {1} and relname ~ {2} order by relname",
                        inline(schema()), inline(attached), inline("^" + table.getName() + "_[0-9]{8}" + suffix + "$"))
                .getValues(0, String.class);
    }

    /** Whether anything has this name. */
    boolean isTaken(DSLContext db, String part) {
        return db.fetchSingle("select to_regclass({0}) is not null", inline(qualified(part)))
                .get(0, Boolean.class);
    }

    /** A part by its name. */
    Table<?> part(String part) {
        return DSL.table(DSL.name(schema(), part));
    }

    private String schema() {
        return Objects.requireNonNull(table.getSchema()).getName();
    }

    /** In the default partition. */
    Condition isBefore(Instant moment) {
        return column(kept, time).lt(moment);
    }
}
