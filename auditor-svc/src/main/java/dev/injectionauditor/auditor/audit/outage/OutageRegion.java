package dev.injectionauditor.auditor.audit.outage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The part of the evidence that some changes can touch: from the last not-applied call before them to the first one
 * after them. Both stand for all that lies beyond: of a window that goes on there, the calls outside of the region are
 * what it had before less what the region had of it before. So a window of any length is kept up to date from the few
 * calls around a change.
 *
 * <p>Of the applied calls inside of it only those count that can lie within a window: no more than the quiet period
 * before a not-applied one. Of the others, the first and the last are enough, for the bounds.
 *
 * @param lower last not-applied call before the changes; null if there is none
 * @param upper first not-applied call after them; null if there is none
 * @param near all calls between the two that can lie within a window, these two included
 * @param bounds the applied calls next to them
 */
record OutageRegion(
        @Nullable Evidence lower, @Nullable Evidence upper, NavigableSet<Evidence> near, Collection<Evidence> bounds) {

    /** Reads the region from evidence that has the changes already. */
    static OutageRegion read(EvidenceLog log, Instant first, Instant last, Duration quietPeriod) {
        Evidence lower = log.lastNotAppliedBefore(first).orElse(null);
        Evidence upper = log.firstNotAppliedAfter(last).orElse(null);
        Instant from = first.minus(quietPeriod);
        Instant until = last.plus(quietPeriod);
        NavigableSet<Evidence> near = new TreeSet<>(log.between(from, until));
        List<Evidence> bounds = new ArrayList<>();
        log.lastAppliedBefore(from).ifPresent(bounds::add);
        log.firstAppliedAfter(until).ifPresent(bounds::add);
        if (lower != null) {
            near.add(lower);
            log.firstAppliedAfter(lower).ifPresent(bounds::add);
        }
        if (upper != null) {
            Instant mayLink = upper.at().minus(quietPeriod);
            near.addAll(log.between(mayLink, upper.at()));
            log.lastAppliedBefore(mayLink).ifPresent(bounds::add);
        }
        return new OutageRegion(lower, upper, clip(near, lower, upper), bounds);
    }

    private static NavigableSet<Evidence> clip(
            NavigableSet<Evidence> evidence, @Nullable Evidence lower, @Nullable Evidence upper) {
        NavigableSet<Evidence> clipped = lower == null ? evidence : evidence.tailSet(lower, true);
        return upper == null ? clipped : clipped.headSet(upper, true);
    }

    /**
     * The windows that the region has now, those that go on outside of it whole.
     *
     * @param old all windows that have been stored for the region, oldest first
     * @param changes the changes since then
     * @param tail counts the calls of the last one of {@code old} after {@code upper}; only asked if it breaks up
     */
    List<OutageWindow> windows(
            List<OutageWindow> old,
            Collection<EvidenceChange> changes,
            Duration quietPeriod,
            Function<Evidence, UUID> identity,
            Supplier<Calls> tail) {
        NavigableSet<Evidence> all = new TreeSet<>(near);
        all.addAll(bounds);
        List<OutageWindow> now = OutageWindows.of(clip(all, lower, upper), quietPeriod, identity);
        NavigableSet<Evidence> before = before(changes);
        OutageWindow oldFirst = lower == null ? null : old.getFirst();
        OutageWindow oldLast = upper == null ? null : old.getLast();
        Calls ahead = oldFirst == null ? Calls.NONE : outside(oldFirst, before);
        Calls behind = oldLast == null ? Calls.NONE : outside(oldLast, before);
        if (oldFirst != null && oldFirst.equals(oldLast)) {
            // One window has reached across the region, so both are the calls on both sides together.
            behind = now.size() == 1 ? Calls.NONE : tail.get();
            ahead = ahead.minus(behind);
        }
        if (oldFirst != null) {
            now.set(0, continued(oldFirst, ahead, now.getFirst()));
        }
        if (oldLast != null) {
            now.set(now.size() - 1, goingOn(now.getLast(), behind, oldLast));
        }
        return now;
    }

    private NavigableSet<Evidence> before(Collection<EvidenceChange> changes) {
        NavigableSet<Evidence> before = new TreeSet<>(near);
        changes.stream().map(EvidenceChange::after).filter(Objects::nonNull).forEach(before::remove);
        changes.stream().map(EvidenceChange::before).filter(Objects::nonNull).forEach(before::add);
        return before;
    }

    /** The calls of a window that are not among these. */
    private static Calls outside(OutageWindow window, NavigableSet<Evidence> region) {
        Calls inside = Calls.NONE;
        Calls sinceNotApplied = Calls.NONE;
        boolean begun = false;
        for (Evidence evidence : region) {
            if (evidence.applied()) {
                sinceNotApplied = sinceNotApplied.plus(Calls.of(evidence));
            } else if (window.covers(evidence.at())) {
                inside = inside.plus(Calls.of(evidence)).plus(begun ? sinceNotApplied : Calls.NONE);
                sinceNotApplied = Calls.NONE;
                begun = true;
            }
        }
        return window.calls().minus(inside);
    }

    private static OutageWindow continued(OutageWindow old, Calls ahead, OutageWindow now) {
        return new OutageWindow(
                old.id(),
                old.startedAfter(),
                old.startedBy(),
                now.endedAfter(),
                now.endedBefore(),
                now.calls().plus(ahead));
    }

    private static OutageWindow goingOn(OutageWindow now, Calls behind, OutageWindow old) {
        return new OutageWindow(
                now.id(),
                now.startedAfter(),
                now.startedBy(),
                old.endedAfter(),
                old.endedBefore(),
                now.calls().plus(behind));
    }
}
