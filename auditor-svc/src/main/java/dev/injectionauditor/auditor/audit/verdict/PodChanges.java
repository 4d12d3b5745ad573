package dev.injectionauditor.auditor.audit.verdict;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;

import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.audit.sql.Rows;
import dev.injectionauditor.auditor.db.tables.records.PodRecord;
import dev.injectionauditor.schema.OwnerRef;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What is written to the table {@code pod}. Every method takes the caller's transaction, which has the webhook's lock.
 */
public final class PodChanges {

    private PodChanges() {}

    /**
     * Writes the changes.
     *
     * @param now by the clock of the auditor
     */
    public static void write(DSLContext tx, ByWebhook<PodChange> changes, Instant now) {
        delete(tx, changes.filter(change -> change.after() == null));
        // Nobody else can have added them: whoever changes the history of a webhook has its lock.
        add(tx, written(changes.filter(change -> change.before() == null)), now);
        replace(tx, written(changes.filter(change -> change.before() != null)), now);
    }

    private static ByWebhook<StoredPod> written(ByWebhook<PodChange> changes) {
        return changes.flatMap(change -> Stream.ofNullable(change.after()));
    }

    private static void delete(DSLContext tx, ByWebhook<PodChange> gone) {
        if (!gone.isEmpty()) {
            tx.deleteFrom(POD)
                    .where(Rows.of(POD, POD.WEBHOOK_ID, gone)
                            .each(POD.POD_UID, PodChange::uid)
                            .each(POD.CREATED_AT, change -> change.facts().createdAt())
                            .contain())
                    .execute();
        }
    }

    private static void add(DSLContext tx, ByWebhook<StoredPod> pods, Instant now) {
        if (!pods.isEmpty()) {
            rows(pods, now).add(tx);
        }
    }

    private static void replace(DSLContext tx, ByWebhook<StoredPod> pods, Instant now) {
        if (!pods.isEmpty()) {
            rows(pods, now)
                    .insertInto(tx)
                    .onConflict(POD.WEBHOOK_ID, POD.POD_UID, POD.CREATED_AT)
                    .doUpdate()
                    .setAllToExcluded()
                    // The flag is about the stamp, and stays as long as the verdict rests on the same one.
                    .set(
                            POD.UNCONFIRMED,
                            field(condition(POD.UNCONFIRMED)
                                    .and(POD.STAMP.eq(excluded(POD.STAMP)))
                                    .and(excluded(POD.VERDICT).in(Verdict.INJECTED, Verdict.INCOMPLETE))))
                    .execute();
        }
    }

    /** Writes nothing but the causes. */
    public static void writeCauses(DSLContext tx, int webhook, List<PodChange> changes) {
        if (!changes.isEmpty()) {
            tx.update(POD)
                    .set(POD.CAUSE, Rows.valueOf(POD.CAUSE))
                    .from(Rows.of(POD, changes)
                            .each(POD.POD_UID, PodChange::uid)
                            .each(POD.CREATED_AT, change -> change.facts().createdAt())
                            .each(
                                    POD.CAUSE,
                                    change -> Objects.requireNonNull(change.after())
                                            .cause())
                            .asTable())
                    .where(POD.WEBHOOK_ID.eq(webhook))
                    .and(POD.POD_UID.eq(Rows.valueOf(POD.POD_UID)))
                    .and(POD.CREATED_AT.eq(Rows.valueOf(POD.CREATED_AT)))
                    .execute();
        }
    }

    private static Rows<PodRecord, StoredPod> rows(ByWebhook<StoredPod> pods, Instant now) {
        return Rows.of(POD, POD.WEBHOOK_ID, pods)
                .each(POD.POD_UID, pod -> pod.facts().pod().uid())
                .each(POD.NAMESPACE, pod -> pod.facts().pod().namespace())
                .each(POD.POD_NAME, pod -> pod.facts().pod().name())
                .each(POD.OWNER_API_VERSION, ofOwner(OwnerRef::apiVersion))
                .each(POD.OWNER_KIND, ofOwner(OwnerRef::kind))
                .each(POD.OWNER_NAME, ofOwner(OwnerRef::name))
                .each(POD.OWNER_UID, ofOwner(OwnerRef::uid))
                .each(POD.CREATED_AT, pod -> pod.facts().createdAt())
                .each(POD.RESOURCE_VERSION, pod -> pod.facts().resourceVersion())
                .each(POD.STAMP, pod -> pod.facts().stamp())
                .each(POD.CONTAINERS, pod -> pod.facts().containers())
                .each(POD.LACKING, pod -> pod.facts().lacking().toArray(String[]::new))
                .each(POD.BY_POLICY, pod -> pod.facts().byPolicy())
                .each(POD.IN_FORCE_SINCE, pod -> pod.facts().inForceSince())
                .each(POD.LIFECYCLE, StoredPod::lifecycle)
                .each(POD.LIFECYCLE_VERSION, StoredPod::lifecycleVersion)
                .each(POD.VERDICT, StoredPod::verdict)
                .each(POD.CAUSE, StoredPod::cause)
                .all(POD.UNCONFIRMED, false)
                .all(POD.STORED_AT, now)
                .each(POD.RECREATION_MODE, pod -> pod.recreation().mode())
                .each(POD.NEVER_RECREATE, pod -> pod.recreation().exempt())
                .each(POD.SYSTEM_CRITICAL, pod -> pod.recreation().systemCritical());
    }

    private static <T> Function<StoredPod, @Nullable T> ofOwner(Function<OwnerRef, T> value) {
        return pod ->
                pod.facts().owner() == null ? null : value.apply(pod.facts().owner());
    }
}
