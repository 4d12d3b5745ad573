package dev.injectionauditor.auditor.audit.outage;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Evidence of which one span of time is in memory as well, so that nearly all questions about it need no statement.
 * Made for a batch of an audit log, which in most cases is all that there is of its span.
 */
final class LoadedSpan implements EvidenceLog {

    private static final List<Evidence.Source> SOURCES = List.of(Evidence.Source.values());

    private final EvidenceLog stored;
    private final Instant first;
    private final Instant last;
    private final NavigableSet<Evidence> loaded;

    /**
     * Loads a span.
     *
     * @param stored all evidence; nobody else may change it while this is used
     * @param first begin of the span, inclusive
     * @param last end of the span, inclusive
     */
    LoadedSpan(EvidenceLog stored, Instant first, Instant last) {
        this.stored = stored;
        this.first = first;
        this.last = last;
        this.loaded = new TreeSet<>(stored.between(first, last));
    }

    private boolean has(Instant time) {
        return !time.isBefore(first) && !time.isAfter(last);
    }

    @Override
    public void write(Collection<EvidenceChange> changes) {
        stored.write(changes);
        for (EvidenceChange change : changes) {
            if (has(change.at())) {
                if (change.before() != null) {
                    loaded.remove(change.before());
                }
                if (change.after() != null) {
                    loaded.add(change.after());
                }
            }
        }
    }

    @Override
    public List<Evidence> between(Instant from, Instant until) {
        Instant begin = from.isBefore(first) ? first : from;
        Instant end = until.isAfter(last) ? last : until;
        if (begin.isAfter(end)) {
            return stored.between(from, until);
        }
        // Next to the span there is little; as the bounds are inclusive, what is at them has to be left out.
        Stream<Evidence> ahead = from.isBefore(begin)
                ? stored.between(from, begin).stream()
                        .filter(evidence -> evidence.at().isBefore(begin))
                : Stream.of();
        Stream<Evidence> behind = until.isAfter(end)
                ? stored.between(end, until).stream()
                        .filter(evidence -> evidence.at().isAfter(end))
                : Stream.of();
        Stream<Evidence> inside = loaded.subSet(firstAt(begin), true, lastAt(end), true).stream();
        return Stream.concat(Stream.concat(ahead, inside), behind).toList();
    }

    @Override
    public boolean hasAtMost(int count, Instant from, Instant until) {
        return has(from) && has(until)
                ? loaded.subSet(firstAt(from), true, lastAt(until), true).size() <= count
                : stored.hasAtMost(count, from, until);
    }

    @Override
    public Optional<Evidence> lastNotAppliedBefore(Instant time) {
        return has(time)
                ? lastBefore(time, false).or(() -> stored.lastNotAppliedBefore(first))
                : stored.lastNotAppliedBefore(time);
    }

    @Override
    public Optional<Evidence> firstNotAppliedAfter(Instant time) {
        return has(time)
                ? firstAfter(lastAt(time), false).or(() -> stored.firstNotAppliedAfter(last))
                : stored.firstNotAppliedAfter(time);
    }

    @Override
    public Optional<Evidence> lastAppliedBefore(Instant time) {
        return has(time)
                ? lastBefore(time, true).or(() -> stored.lastAppliedBefore(first))
                : stored.lastAppliedBefore(time);
    }

    @Override
    public Optional<Evidence> firstAppliedAfter(Instant time) {
        return has(time)
                ? firstAfter(lastAt(time), true).or(() -> stored.firstAppliedAfter(last))
                : stored.firstAppliedAfter(time);
    }

    @Override
    public Optional<Evidence> firstAppliedAfter(Evidence evidence) {
        return has(evidence.at())
                ? firstAfter(evidence, true).or(() -> stored.firstAppliedAfter(last))
                : stored.firstAppliedAfter(evidence);
    }

    @Override
    public Calls countAfter(Evidence evidence, Instant until) {
        return stored.countAfter(evidence, until);
    }

    private Optional<Evidence> lastBefore(Instant time, boolean applied) {
        return loaded.headSet(firstAt(time), false).descendingSet().stream()
                .filter(evidence -> evidence.applied() == applied)
                .findFirst();
    }

    private Optional<Evidence> firstAfter(Evidence position, boolean applied) {
        return loaded.tailSet(position, false).stream()
                .filter(evidence -> evidence.applied() == applied)
                .findFirst();
    }

    /** Not after any evidence of this time. */
    private static Evidence firstAt(Instant time) {
        return new Evidence(time, Long.MIN_VALUE, new UUID(0, 0), SOURCES.getFirst(), Evidence.Kind.APPLIED);
    }

    /** Not before any evidence of this time. */
    private static Evidence lastAt(Instant time) {
        return new Evidence(time, Long.MAX_VALUE, new UUID(-1, -1), SOURCES.getLast(), Evidence.Kind.APPLIED);
    }
}
