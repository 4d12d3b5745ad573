package dev.injectionauditor.auditor.audit.recreation;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Wait;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.WaitReason;
import dev.injectionauditor.auditor.policy.MinuteLimit;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The requests of the last minute in a cluster. Dry runs have limits of the same size for themselves. */
final class Spending {

    private final List<Spent> spent;

    /** A request that was made. */
    record Spent(String namespace, boolean dryRun, Instant at) {}

    Spending(Collection<Spent> spent) {
        this.spent = new ArrayList<>(spent);
    }

    void add(Spent one) {
        spent.add(one);
    }

    /** The limit that stands against one more request; empty if none does. */
    Optional<Wait> limit(String namespace, boolean dryRun, RecreationPolicy policy, Instant now) {
        List<Spent> ofKind =
                spent.stream().filter(one -> one.dryRun() == dryRun).toList();
        return limit(ofKind.stream(), policy.perMinute(), WaitReason.CLUSTER_LIMIT, now)
                .or(() -> limit(
                        ofKind.stream().filter(one -> one.namespace().equals(namespace)),
                        policy.perMinuteNamespace(),
                        WaitReason.NAMESPACE_LIMIT,
                        now));
    }

    private static Optional<Wait> limit(Stream<Spent> spent, int most, WaitReason reason, Instant now) {
        return MinuteLimit.allowedFrom(spent.map(Spent::at), most, now).map(from -> new Wait(reason, from));
    }
}
