package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_SETTING;
import static org.jooq.impl.DSL.bitXorAgg;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.selectCount;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Wait;
import dev.injectionauditor.auditor.audit.verdict.PodTable;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * In short, what the decisions about a webhook's missed Pods rest on. While it is the same, so are they, until a moment
 * comes that one of them names. PostgreSQL makes it without telling of each Pod, which is what takes long.
 *
 * <p>It does not have when owners last got a Pod with the injection, what became of dry runs, and results that tell of
 * an end long ago: a {@link Rest} is short enough for that.
 *
 * @param pods how many are missed and active, and a hash of them and of what they say about recreation
 * @param requests how many requests there were lately, and how many ended: a row changes no further
 * @param namespaces the same of what namespaces say
 * @param objections what speaks against any recreation, while one is under way and else
 */
record DecisionInputs(List<Long> pods, List<Long> requests, List<Long> namespaces, List<Optional<Wait>> objections) {

    private static final Duration LATELY = Duration.ofHours(1);

    static DecisionInputs read(DSLContext tx, int webhook, Outlook outlook, Instant now) {
        return new DecisionInputs(
                tx.select(count(), hash(POD.POD_UID, POD.RECREATION_MODE, POD.NEVER_RECREATE, POD.SYSTEM_CRITICAL))
                        .from(POD)
                        .where(POD.WEBHOOK_ID.eq(webhook))
                        .and(PodTable.MISSED_AND_ACTIVE)
                        .fetchSingle()
                        .map(found -> numbers(found.get(0, Integer.class), found.get(1, Long.class))),
                requests(tx, webhook, now),
                tx.select(count(), hash(RECREATION_SETTING.NAMESPACE, RECREATION_SETTING.MODE))
                        .from(RECREATION_SETTING)
                        .where(RECREATION_SETTING.WEBHOOK_ID.eq(webhook))
                        .fetchSingle()
                        .map(found -> numbers(found.get(0, Integer.class), found.get(1, Long.class))),
                List.of(outlook.objection(false, now), outlook.objection(true, now)));
    }

    /** Since when what happens is asked for; moves on once an hour, as what moves out of sight counts as news. */
    private static Instant since(Instant now) {
        return now.minus(LATELY).truncatedTo(ChronoUnit.HOURS);
    }

    /** Two counts that have an index each: what there has ever been is too much to count again and again. */
    private static List<Long> requests(DSLContext tx, int webhook, Instant now) {
        Condition own = RECREATION.WEBHOOK_ID.eq(webhook).and(RecreationFacts.REAL);
        return tx.select(
                        field(selectCount().from(RECREATION).where(own.and(RECREATION.REQUESTED_AT.gt(since(now))))),
                        field(selectCount()
                                .from(RECREATION)
                                .where(own.and(RECREATION.OUTCOME.in(Outcome.values()))
                                        .and(RECREATION.FINISHED_AT.gt(since(now))))))
                .fetchSingle()
                .map(found -> numbers(found.get(0, Integer.class), found.get(1, Integer.class)));
    }

    private static Field<Long> hash(Field<?>... fields) {
        return bitXorAgg(field("hash_record_extended(row({0}), 0)", Long.class, DSL.list(fields)));
    }

    private static List<Long> numbers(@Nullable Number... numbers) {
        return Stream.of(numbers)
                .map(number -> number == null ? 0 : number.longValue())
                .toList();
    }
}
