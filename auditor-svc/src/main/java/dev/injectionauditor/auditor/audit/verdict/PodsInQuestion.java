package dev.injectionauditor.auditor.audit.verdict;

import static dev.injectionauditor.auditor.db.Tables.POD;

import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.audit.sql.Slices;
import dev.injectionauditor.auditor.audit.sql.Span;
import dev.injectionauditor.auditor.db.tables.records.PodRecord;
import dev.injectionauditor.schema.PodObservation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.DSLContext;

/** Finds the stored Pods that observations can change something about. */
public final class PodsInQuestion {

    private PodsInQuestion() {}

    /**
     * The stored Pods that these observations are of, and all those that carry the stamp of one of them or of an
     * observation, as far as that may change a verdict.
     */
    public static ByWebhook<StoredPod> load(DSLContext tx, ByWebhook<PodObservation> observations) {
        if (observations.isEmpty()) {
            return ByWebhook.none();
        }
        List<PodRecord> found = new ArrayList<>(new Slices<>(POD, POD.WEBHOOK_ID, observations)
                .any(POD.POD_UID, observation -> observation.pod().uid())
                .any(POD.CREATED_AT, PodObservation::createdAt)
                .and(Span.isWithin(
                        POD.CREATED_AT,
                        observations.all().stream()
                                .map(PodObservation::createdAt)
                                .toList()))
                .in(tx)
                .fetch());
        ByWebhook<StoredPod> pods = byWebhook(found);
        ByWebhook<UUID> stamps = observations.mapLists((webhook, ofOne) -> stampsInQuestion(ofOne, pods.get(webhook)));
        if (!stamps.isEmpty()) {
            found.addAll(new Slices<>(POD, POD.WEBHOOK_ID, stamps)
                    .any(POD.STAMP, stamp -> stamp)
                    .in(tx)
                    .fetch());
        }
        return byWebhook(found);
    }

    private static ByWebhook<StoredPod> byWebhook(List<PodRecord> found) {
        return ByWebhook.of(found, PodRecord::getWebhookId, PodTable::stored);
    }

    /**
     * The stamps that may turn out to be another Pod's. Not in question is that of a Pod which is stored with it as
     * injected: nobody else that is stored has a better right to it, and for who comes with the same it is in question.
     */
    private static Set<UUID> stampsInQuestion(List<PodObservation> observations, List<StoredPod> pods) {
        Map<UUID, StoredPod> stored = pods.stream()
                .collect(Collectors.toMap(pod -> pod.facts().pod().uid(), pod -> pod, (one, other) -> one));
        Set<UUID> stamps = new LinkedHashSet<>();
        for (PodObservation observation : observations) {
            StoredPod before = stored.get(observation.pod().uid());
            if (before == null) {
                stamps.add(observation.stamp());
            } else if (!Objects.equals(observation.stamp(), before.facts().stamp())
                    || !before.verdict().restsOnStamp()) {
                stamps.add(observation.stamp());
                stamps.add(before.facts().stamp());
            }
        }
        stamps.remove(null);
        return stamps;
    }
}
