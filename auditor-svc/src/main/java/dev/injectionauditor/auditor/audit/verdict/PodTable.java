package dev.injectionauditor.auditor.audit.verdict;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.jooq.impl.DSL.condition;

import dev.injectionauditor.auditor.db.tables.records.PodRecord;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationTraits;
import java.util.List;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;

/** Rows of the table {@code pod}, as far as several others read them. */
public final class PodTable {

    /** The missed Pods that are pending or running; as the index for them has it. */
    public static final Condition MISSED_AND_ACTIVE = condition(POD.MISSED_ACTIVE);

    private PodTable() {}

    /** All that is known of a Pod, causes included. */
    public static StoredPod stored(PodRecord record) {
        return new StoredPod(
                new PodFacts(
                        new PodRef(record.getNamespace(), record.getPodName(), record.getPodUid()),
                        owner(record),
                        record.getCreatedAt(),
                        record.getResourceVersion(),
                        record.getStamp(),
                        record.getContainers(),
                        List.of(record.getLacking()),
                        record.getByPolicy(),
                        record.getInForceSince()),
                record.getLifecycle(),
                traits(record),
                record.getLifecycleVersion(),
                record.getVerdict(),
                record.getCause());
    }

    /** What it says itself about being recreated. */
    public static RecreationTraits traits(PodRecord record) {
        return new RecreationTraits(record.getRecreationMode(), record.getNeverRecreate(), record.getSystemCritical());
    }

    /** Its controller; null for a bare Pod. */
    public static @Nullable OwnerRef owner(PodRecord record) {
        return record.getOwnerUid() == null
                ? null
                : new OwnerRef(
                        record.getOwnerApiVersion(),
                        record.getOwnerKind(),
                        record.getOwnerName(),
                        record.getOwnerUid());
    }
}
