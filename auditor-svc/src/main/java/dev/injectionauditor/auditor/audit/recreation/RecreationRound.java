package dev.injectionauditor.auditor.audit.recreation;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Recreate;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.auditor.policy.RecreationSetting;
import dev.injectionauditor.schema.RecreationMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** Decides about all missed Pods of a webhook at one moment: what is granted to one counts for the next. */
final class RecreationRound {

    private RecreationRound() {}

    /**
     * What is known of a webhook.
     *
     * @param pods its missed Pods that are pending or running
     * @param namespaces what their namespaces say about recreation, where they say anything
     * @param past requests by owner key, oldest first, as far back as they matter
     * @param requests how many requests there have been for each Pod, be they in {@code past} or not
     * @param lastInjected by owner key: when the newest Pod with the injection was created
     * @param spent requests of the last minute in the cluster
     */
    record Known(
            List<MissedPod> pods,
            Map<String, RecreationMode> namespaces,
            Outlook outlook,
            Map<String, List<PastRecreation>> past,
            Map<UUID, Integer> requests,
            Map<String, Instant> lastInjected,
            List<Spending.Spent> spent) {}

    /**
     * A decision.
     *
     * @param mode what held for the Pod
     * @param requestsBefore how many requests there had been for this very Pod
     */
    record Decided(MissedPod pod, RecreationMode mode, RecreationDecision decision, int requestsBefore) {}

    static List<Decided> decide(Known known, RecreationPolicy policy, Instant now) {
        Map<String, List<PastRecreation>> past = new HashMap<>();
        known.past().forEach((owner, ofOwner) -> past.put(owner, new ArrayList<>(ofOwner)));
        Spending spending = new Spending(known.spent());
        boolean underWay = past.values().stream()
                .flatMap(Collection::stream)
                .anyMatch(one -> !one.dryRun() && one.isUnderWay(now));

        List<Decided> decided = new ArrayList<>();
        for (MissedPod pod : inTurn(known.pods(), known.requests())) {
            RecreationMode mode = RecreationSetting.effective(
                    pod.traits().mode(), known.namespaces().get(pod.pod().namespace()), policy.mode());
            List<PastRecreation> ofOwner = past.computeIfAbsent(pod.ownerKey(), owner -> new ArrayList<>());
            RecreationDecision decision = RecreationRule.decide(
                    pod,
                    new RecreationRule.Situation(
                            mode,
                            known.outlook(),
                            underWay,
                            ofOwner,
                            known.lastInjected().get(pod.ownerKey()),
                            spending),
                    policy,
                    now);
            if (decision instanceof Recreate(int attempt, boolean dryRun)) {
                ofOwner.add(new PastRecreation(
                        pod.pod().uid(), dryRun, now, now.plus(policy.requestLife()), null, null, false));
                spending.add(new Spending.Spent(pod.pod().namespace(), dryRun, now));
                underWay |= !dryRun;
            }
            decided.add(new Decided(
                    pod, mode, decision, known.requests().getOrDefault(pod.pod().uid(), 0)));
        }
        return decided;
    }

    /** Those never tried first, so that one that is refused again and again does not hold up the others. */
    private static List<MissedPod> inTurn(List<MissedPod> pods, Map<UUID, Integer> requests) {
        Function<MissedPod, UUID> uid = pod -> pod.pod().uid();
        return pods.stream()
                .sorted(Comparator.<MissedPod>comparingInt(pod -> requests.getOrDefault(uid.apply(pod), 0))
                        .thenComparing(MissedPod::createdAt)
                        .thenComparing(uid))
                .toList();
    }
}
