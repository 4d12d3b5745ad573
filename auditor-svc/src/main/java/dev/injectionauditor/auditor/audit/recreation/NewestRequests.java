package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.selectDistinct;
import static org.jooq.impl.DSL.selectFrom;
import static org.jooq.impl.DSL.selectOne;

import dev.injectionauditor.auditor.db.tables.records.RecreationRecord;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.TableLike;

/** Reads the newest requests of some kinds from the table {@code recreation}, however many older ones there are. */
final class NewestRequests {

    /** Of a request that only its result is known of, nobody knows whether it was a dry run. */
    static final Condition KNOWN = RECREATION.REQUESTED_AT.isNotNull();

    private final DSLContext tx;
    private final int webhook;
    private final int most;

    /**
     * A request.
     *
     * @param replacementSeen whether the Pod that took the place has been observed
     */
    record Request(RecreationRecord row, boolean replacementSeen) {}

    /** @param most how many to read of a kind */
    NewestRequests(DSLContext tx, int webhook, int most) {
        this.tx = tx;
        this.webhook = webhook;
        this.most = most;
    }

    /** All of these, which must not be many. */
    List<Request> all(Condition which) {
        Table<?> requests = selectFrom(RECREATION).where(own(which)).asTable("requests");
        return fetch(requests, requests);
    }

    /**
     * Of those with wanted values, the newest of each kind: with the same value, dry or not, and of the same outcome.
     *
     * @param value the columns that have it
     * @param all what else holds for them
     * @param wanted which values
     */
    List<Request> ofEach(List<Field<?>> value, Condition all, Condition wanted) {
        List<Field<?>> columns = new ArrayList<>(value);
        columns.add(RECREATION.DRY_RUN);
        columns.add(RECREATION.OUTCOME);
        Table<?> kinds = selectDistinct(columns)
                .from(RECREATION)
                .where(own(all.and(wanted)))
                .asTable("kinds");
        Condition isOfKind = own(all).and(RECREATION.DRY_RUN.eq(kinds.field(RECREATION.DRY_RUN)))
                .and(RECREATION.OUTCOME.isNotDistinctFrom(kinds.field(RECREATION.OUTCOME)));
        for (Field<?> column : value) {
            isOfKind = isOfKind.and(isSame(column, kinds));
        }
        Table<?> newest = lateral(selectFrom(RECREATION)
                        .where(isOfKind)
                        .orderBy(RECREATION.REQUESTED_AT.desc(), RECREATION.REQUEST_ID.desc())
                        .limit(most))
                .as("requests");
        return fetch(newest, kinds.crossJoin(newest));
    }

    private static <T> Condition isSame(Field<T> column, Table<?> other) {
        return column.eq(other.field(column));
    }

    private Condition own(Condition which) {
        return RECREATION.WEBHOOK_ID.eq(webhook).and(KNOWN).and(which);
    }

    private List<Request> fetch(Table<?> requests, TableLike<?> from) {
        Field<Boolean> seen = field(exists(selectOne()
                        .from(POD)
                        .where(POD.WEBHOOK_ID.eq(webhook))
                        .and(POD.POD_UID.eq(requests.field(RECREATION.REPLACEMENT_UID)))))
                .as("seen");
        return tx.select(requests.fields())
                .select(seen)
                .from(from)
                .fetch(found -> new Request(found.into(RECREATION), found.get(seen)));
    }
}
