package dev.injectionauditor.auditor.audit.outage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The outage windows that evidence shows (design, section 5): a window opens at the first not-applied evidence and
 * closes at the first applied evidence that no not-applied evidence follows within the quiet period.
 *
 * <p>Two not-applied pieces in a row therefore belong to one window unless the first applied evidence between them is
 * at least the quiet period before the second. That makes windows a function of the evidence as a set.
 */
final class OutageWindows {

    private final Duration quietPeriod;
    private final Function<Evidence, UUID> identity;
    private final List<OutageWindow> windows = new ArrayList<>();
    private @Nullable Instant lastApplied;
    private @Nullable Open open;

    private OutageWindows(Duration quietPeriod, Function<Evidence, UUID> identity) {
        this.quietPeriod = quietPeriod;
        this.identity = identity;
    }

    /**
     * All windows, oldest first.
     *
     * @param identity makes the id of a window from its first not-applied evidence
     * @param evidence in ascending order, without repeats
     * @param quietPeriod longer than zero
     */
    static List<OutageWindow> of(Iterable<Evidence> evidence, Duration quietPeriod, Function<Evidence, UUID> identity) {
        OutageWindows finder = new OutageWindows(quietPeriod, identity);
        evidence.forEach(finder::next);
        finder.end();
        return finder.windows;
    }

    private void next(Evidence evidence) {
        if (evidence.applied()) {
            lastApplied = evidence.at();
            if (open != null) {
                open.applied(evidence);
            }
            return;
        }
        if (open != null && open.isClosedFor(evidence, quietPeriod)) {
            end();
        }
        if (open == null) {
            open = new Open(evidence, identity.apply(evidence), lastApplied);
        }
        open.notApplied(evidence);
    }

    private void end() {
        if (open != null) {
            windows.add(open.window());
            open = null;
        }
    }

    /** A window that has begun and may go on. */
    private static final class Open {

        private final UUID id;
        private final Instant startedBy;
        private final @Nullable Instant startedAfter;
        private Instant endedAfter;
        private @Nullable Instant firstAppliedSince;
        private Calls calls = Calls.NONE;
        private Calls callsSince = Calls.NONE;

        Open(Evidence first, UUID id, @Nullable Instant startedAfter) {
            this.id = id;
            this.startedBy = first.at();
            this.startedAfter = startedAfter;
            this.endedAfter = first.at();
        }

        boolean isClosedFor(Evidence notApplied, Duration quietPeriod) {
            return firstAppliedSince != null
                    && !firstAppliedSince.plus(quietPeriod).isAfter(notApplied.at());
        }

        void applied(Evidence evidence) {
            if (firstAppliedSince == null) {
                firstAppliedSince = evidence.at();
            }
            callsSince = callsSince.plus(Calls.of(evidence));
        }

        void notApplied(Evidence evidence) {
            endedAfter = evidence.at();
            calls = calls.plus(callsSince).plus(Calls.of(evidence));
            callsSince = Calls.NONE;
            firstAppliedSince = null;
        }

        OutageWindow window() {
            return new OutageWindow(id, startedAfter, startedBy, endedAfter, firstAppliedSince, calls);
        }
    }
}
