package dev.injectionauditor.e2e;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An outage: it started between the first two instants and ended between the other two.
 *
 * @param startedAfter last applied call before; empty if there is none
 * @param startedBy first call that was not applied
 * @param endedAfter last call that was not applied
 * @param endedBefore applied call that closed it; empty if it is open
 */
record Window(Optional<Instant> startedAfter, Instant startedBy, Instant endedAfter, Optional<Instant> endedBefore) {

    private static final Duration RESOLUTION = Duration.ofSeconds(1);

    /**
     * The outages that calls tell of: one ends with the first applied call that no further miss follows within the
     * quiet period. Written anew from the README, so that a fault in the auditor's rule shows.
     *
     * @param calls in their order
     */
    static List<Window> of(List<Call> calls, Duration quiet) {
        List<Window> windows = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            if (calls.get(i).applied()) {
                continue;
            }
            Optional<Instant> before = i == 0 ? Optional.empty() : Optional.of(at(calls.get(i - 1)));
            Instant first = at(calls.get(i));
            Instant last = first;
            Instant lastBegun = calls.get(i).receivedAt();
            int begin = i;
            Optional<Instant> applied = Optional.empty();
            for (i++; i < calls.size(); i++) {
                Instant now = at(calls.get(i));
                if (!calls.get(i).applied()) {
                    if (applied.isPresent() && !applied.get().plus(quiet).isAfter(now)) {
                        break;
                    }
                    last = now;
                    lastBegun = later(lastBegun, calls.get(i).receivedAt());
                    applied = Optional.empty();
                } else if (applied.isEmpty()) {
                    applied = Optional.of(now);
                }
            }
            i--;
            windows.add(new Window(
                    before, first, last, applied.isEmpty() ? applied : Optional.of(end(calls, begin, lastBegun))));
        }
        return windows;
    }

    /**
     * First applied call after the last failing one had begun: a call that is given up after two seconds may have
     * failed in the first of them.
     */
    private static Instant end(List<Call> calls, int begin, Instant lastBegun) {
        return calls.subList(begin, calls.size()).stream()
                .filter(call -> call.applied() && call.at().isAfter(lastBegun))
                .map(Window::at)
                .findFirst()
                .orElseThrow();
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** To the second, because that is all that a creationTimestamp tells. */
    private static Instant at(Call call) {
        return call.createdAt().truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * Whether this window claims more than the truth allows, by more than the second that a creationTimestamp has: what
     * was first within one second, a Pod or a dry run, nobody can tell from it.
     */
    boolean isOutside(Window truth) {
        return startedAfter.isPresent()
                        && truth.startedAfter
                                .map(bound -> startedAfter.get().isAfter(bound.plus(RESOLUTION)))
                                .orElse(true)
                || startedBy.plus(RESOLUTION).isBefore(truth.startedBy)
                || endedAfter.isAfter(truth.endedAfter.plus(RESOLUTION))
                || endedBefore.isPresent()
                        && truth.endedBefore
                                .map(bound -> endedBefore.get().plus(RESOLUTION).isBefore(bound))
                                .orElse(true);
    }

    /** How much wider it is than the truth, at its worst bound. */
    Duration distance(Window truth) {
        return Stream.of(
                        between(startedAfter, truth.startedAfter),
                        between(Optional.of(startedBy), Optional.of(truth.startedBy)),
                        between(Optional.of(endedAfter), Optional.of(truth.endedAfter)),
                        between(endedBefore, truth.endedBefore))
                .max(Duration::compareTo)
                .orElseThrow();
    }

    private static Duration between(Optional<Instant> one, Optional<Instant> other) {
        return one.isPresent() && other.isPresent()
                ? Duration.between(one.get(), other.get()).abs()
                : Duration.ZERO;
    }
}
