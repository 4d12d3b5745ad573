package dev.injectionauditor.auditor.audit.recreation;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Wait;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.WaitReason;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The requests of the last minute in a cluster. Dry runs have limits of the same size for themselves. */
final class Spending {

    private static final Duration MINUTE = Duration.ofMinutes(1);

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
        Instant since = now.minus(MINUTE);
        List<Spent> recent = spent.stream()
                .filter(one -> one.dryRun() == dryRun && one.at().isAfter(since))
                .toList();
        return limit(recent.stream(), policy.perMinute(), WaitReason.CLUSTER_LIMIT)
                .or(() -> limit(
                        recent.stream().filter(one -> one.namespace().equals(namespace)),
                        policy.perMinuteNamespace(),
                        WaitReason.NAMESPACE_LIMIT));
    }

    private static Optional<Wait> limit(Stream<Spent> spent, int most, WaitReason reason) {
        List<Instant> times = spent.map(Spent::at).sorted().toList();
        // As many as exceed the limit by one more have to be older than a minute.
        return times.size() < most
                ? Optional.empty()
                : Optional.of(new Wait(reason, times.get(times.size() - most).plus(MINUTE)));
    }
}
