package dev.injectionauditor.auditor.audit.outage;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Evidence in memory. Counts how much of it was read. */
final class MemoryEvidence implements EvidenceLog {

    final TreeSet<Evidence> all = new TreeSet<>();
    long read;

    /** More than this is told to be too much. */
    int few = Integer.MAX_VALUE;

    @Override
    public void write(Collection<EvidenceChange> changes) {
        for (EvidenceChange change : changes) {
            if (change.before() != null && !all.remove(change.before())) {
                throw new IllegalStateException("there is no " + change.before());
            }
            if (change.after() != null && !all.add(change.after())) {
                throw new IllegalStateException("there is already " + change.after());
            }
        }
    }

    @Override
    public List<Evidence> between(Instant from, Instant until) {
        List<Evidence> found = all.stream()
                .filter(evidence ->
                        !evidence.at().isBefore(from) && !evidence.at().isAfter(until))
                .toList();
        read += found.size();
        return found;
    }

    @Override
    public boolean hasAtMost(int count, Instant from, Instant until) {
        return all.stream()
                        .filter(evidence ->
                                !evidence.at().isBefore(from) && !evidence.at().isAfter(until))
                        .count()
                <= Math.min(count, few);
    }

    @Override
    public Optional<Evidence> lastNotAppliedBefore(Instant time) {
        return one(all.descendingSet().stream()
                .filter(evidence -> !evidence.applied() && evidence.at().isBefore(time)));
    }

    @Override
    public Optional<Evidence> firstNotAppliedAfter(Instant time) {
        return one(all.stream()
                .filter(evidence -> !evidence.applied() && evidence.at().isAfter(time)));
    }

    @Override
    public Optional<Evidence> lastAppliedBefore(Instant time) {
        return one(all.descendingSet().stream()
                .filter(evidence -> evidence.applied() && evidence.at().isBefore(time)));
    }

    @Override
    public Optional<Evidence> firstAppliedAfter(Instant time) {
        return one(all.stream()
                .filter(evidence -> evidence.applied() && evidence.at().isAfter(time)));
    }

    @Override
    public Optional<Evidence> firstAppliedAfter(Evidence piece) {
        return one(all.tailSet(piece, false).stream().filter(Evidence::applied));
    }

    private Optional<Evidence> one(Stream<Evidence> found) {
        read++;
        return found.findFirst();
    }

    @Override
    public Calls countAfter(Evidence piece, Instant until) {
        Calls sure = Calls.NONE;
        Calls maybe = Calls.NONE;
        for (Evidence evidence : all.tailSet(piece, false)) {
            if (evidence.at().isAfter(until)) {
                break;
            }
            read++;
            maybe = maybe.plus(Calls.of(evidence));
            if (!evidence.applied()) {
                sure = sure.plus(maybe);
                maybe = Calls.NONE;
            }
        }
        return sure;
    }
}
