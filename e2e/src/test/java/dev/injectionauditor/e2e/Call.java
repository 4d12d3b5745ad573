package dev.injectionauditor.e2e;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A call of the webhook for a Pod that was created, as the API server tells it: the truth of the suite.
 *
 * @param uid of the Pod; of a dry run it means nothing
 * @param pod namespace and name
 * @param createdAt creationTimestamp: whole seconds
 * @param version resourceVersion when it was created; 0 of a dry run
 * @param receivedAt when the API server was asked, by the same clock
 * @param at when the creation was complete, by the same clock
 * @param applied false if the API server failed open
 * @param dryRun whether nothing was stored
 */
record Call(
        UUID uid,
        String pod,
        Instant createdAt,
        long version,
        Instant receivedAt,
        Instant at,
        boolean applied,
        boolean dryRun) {

    /** In the order in which Pods were stored, which is that of their versions; dry runs in between by their time. */
    static List<Call> ordered(Collection<Call> calls) {
        List<Call> stored = calls.stream()
                .filter(call -> !call.dryRun)
                .sorted(Comparator.comparingLong(Call::version))
                .toList();
        record Placed(Instant at, Call call) {}
        List<Placed> placed = new ArrayList<>();
        Instant latest = Instant.EPOCH;
        for (Call call : stored) {
            // Answers of Pods can overtake each other.
            latest = call.at.isAfter(latest) ? call.at : latest;
            placed.add(new Placed(latest, call));
        }
        return Stream.concat(
                        placed.stream(), calls.stream().filter(Call::dryRun).map(call -> new Placed(call.at, call)))
                .sorted(Comparator.comparing((Placed one) -> one.call.createdAt).thenComparing(Placed::at))
                .map(Placed::call)
                .toList();
    }
}
