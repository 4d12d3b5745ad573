package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.db.Tables.POD;

import dev.injectionauditor.auditor.audit.verdict.PodTable;
import dev.injectionauditor.schema.PodRef;
import java.util.List;
import org.jooq.DSLContext;

/** Reads the missed Pods that are pending or running from the table {@code pod}. */
final class MissedPodTable {

    private MissedPodTable() {}

    /** The missed Pods that are pending or running, as far as their recreation is concerned. */
    static List<MissedPod> read(DSLContext tx, int webhook) {
        return tx.select(
                        POD.NAMESPACE,
                        POD.POD_NAME,
                        POD.POD_UID,
                        POD.OWNER_API_VERSION,
                        POD.OWNER_KIND,
                        POD.OWNER_NAME,
                        POD.OWNER_UID,
                        POD.CREATED_AT,
                        POD.RECREATION_MODE,
                        POD.NEVER_RECREATE,
                        POD.SYSTEM_CRITICAL)
                .from(POD)
                .where(POD.WEBHOOK_ID.eq(webhook))
                .and(PodTable.MISSED_AND_ACTIVE)
                .fetchInto(POD)
                .map(pod -> new MissedPod(
                        new PodRef(pod.getNamespace(), pod.getPodName(), pod.getPodUid()),
                        PodTable.owner(pod),
                        pod.getCreatedAt(),
                        PodTable.traits(pod)));
    }

    /** The webhooks that have such Pods. */
    static List<Integer> webhooks(DSLContext tx) {
        return tx.selectDistinct(POD.WEBHOOK_ID)
                .from(POD)
                .where(PodTable.MISSED_AND_ACTIVE)
                .orderBy(POD.WEBHOOK_ID)
                .fetch(POD.WEBHOOK_ID);
    }
}
