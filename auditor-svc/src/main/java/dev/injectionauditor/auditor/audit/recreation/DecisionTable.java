package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.db.Tables.RECREATION_DECISION;
import static org.jooq.impl.DSL.any;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.WaitReason;
import dev.injectionauditor.auditor.audit.recreation.RecreationRound.Decided;
import dev.injectionauditor.auditor.audit.sql.Rows;
import dev.injectionauditor.auditor.db.enums.DecisionKind;
import dev.injectionauditor.auditor.db.enums.DecisionReason;
import dev.injectionauditor.auditor.db.tables.records.RecreationDecisionRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The table {@code recreation_decision}: the newest decision about each missed Pod. */
final class DecisionTable {

    /** These are over when something happens, and their time moves with each request of others. */
    private static final Set<WaitReason> MOVING =
            EnumSet.of(WaitReason.OWNER_BUSY, WaitReason.CLUSTER_LIMIT, WaitReason.NAMESPACE_LIMIT);

    private DecisionTable() {}

    /** Writes those that say something else than what is stored. */
    static void write(DSLContext tx, int webhook, List<Decided> decisions, Instant now) {
        Map<UUID, RecreationDecisionRecord> stored = tx.selectFrom(RECREATION_DECISION)
                .where(RECREATION_DECISION.WEBHOOK_ID.eq(webhook))
                .and(RECREATION_DECISION.POD_UID.eq(any(decisions.stream()
                        .map(decided -> decided.pod().pod().uid())
                        .toArray(UUID[]::new))))
                .fetchMap(RECREATION_DECISION.POD_UID);
        List<RecreationDecisionRecord> changed = decisions.stream()
                .map(decided -> record(webhook, decided, now))
                .filter(record -> !isAlike(record, stored.get(record.getPodUid())))
                .toList();
        if (!changed.isEmpty()) {
            Rows.of(RECREATION_DECISION, changed)
                    .all(RECREATION_DECISION.WEBHOOK_ID, webhook)
                    .each(RECREATION_DECISION.POD_UID, RecreationDecisionRecord::getPodUid)
                    .each(RECREATION_DECISION.DECISION, RecreationDecisionRecord::getDecision)
                    .each(RECREATION_DECISION.REASON, RecreationDecisionRecord::getReason)
                    .each(RECREATION_DECISION.UNTIL_AT, RecreationDecisionRecord::getUntilAt)
                    .each(RECREATION_DECISION.MODE, RecreationDecisionRecord::getMode)
                    .all(RECREATION_DECISION.DECIDED_AT, now)
                    .insertInto(tx)
                    .onConflict(RECREATION_DECISION.WEBHOOK_ID, RECREATION_DECISION.POD_UID)
                    .doUpdate()
                    .setAllToExcluded()
                    .execute();
        }
    }

    private static boolean isAlike(RecreationDecisionRecord one, @Nullable RecreationDecisionRecord other) {
        return other != null
                && one.getDecision() == other.getDecision()
                && one.getReason() == other.getReason()
                && one.getMode() == other.getMode()
                && Objects.equals(one.getUntilAt(), other.getUntilAt());
    }

    private static RecreationDecisionRecord record(int webhook, Decided decided, Instant now) {
        RecreationDecisionRecord row = new RecreationDecisionRecord();
        row.setWebhookId(webhook);
        row.setPodUid(decided.pod().pod().uid());
        row.setMode(decided.mode());
        row.setDecidedAt(now);
        row.setReason(null);
        row.setUntilAt(null);
        switch (decided.decision()) {
            case RecreationDecision.Recreate recreate ->
                row.setDecision(recreate.dryRun() ? DecisionKind.plan : DecisionKind.recreate);
            case RecreationDecision.Wait(WaitReason reason, Instant until) -> {
                row.setDecision(DecisionKind.wait);
                row.setReason(reason(reason));
                // PostgreSQL keeps microseconds; what is compared has to be what comes back.
                row.setUntilAt(until == null || MOVING.contains(reason) ? null : until.truncatedTo(ChronoUnit.MICROS));
            }
            case RecreationDecision.Never(RecreationDecision.NeverReason reason) -> {
                row.setDecision(DecisionKind.never);
                row.setReason(reason(reason));
            }
        }
        return row;
    }

    /** The value of the database enum that has the name of this one. */
    static DecisionReason reason(Enum<?> reason) {
        return DecisionReason.valueOf(reason.name().toLowerCase(Locale.ROOT));
    }
}
