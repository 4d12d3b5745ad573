package dev.injectionauditor.auditor.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
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
    private final List<OutageWindow> windows = new ArrayList<>();
    private @Nullable Instant lastApplied;
    private @Nullable Open open;

    private OutageWindows(Duration quietPeriod) {
        this.quietPeriod = quietPeriod;
    }

    /**
     * All windows, oldest first.
     *
     * @param evidence in ascending order, without repeats
     * @param quietPeriod longer than zero
     */
    static List<OutageWindow> of(List<Evidence> evidence, Duration quietPeriod) {
        OutageWindows finder = new OutageWindows(quietPeriod);
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
            open = new Open(evidence, lastApplied);
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

        private final UUID first;
        private final Instant startedBy;
        private final @Nullable Instant startedAfter;
        private Instant endedAfter;
        private @Nullable Instant firstAppliedSince;
        private long missed;
        private long preset;
        private long applied;
        private long appliedSince;

        Open(Evidence first, @Nullable Instant startedAfter) {
            this.first = first.ref();
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
            appliedSince++;
        }

        void notApplied(Evidence evidence) {
            endedAfter = evidence.at();
            applied += appliedSince;
            appliedSince = 0;
            firstAppliedSince = null;
            switch (evidence.kind()) {
                case MISSED -> missed++;
                case PRESET -> preset++;
                case APPLIED -> throw new IllegalArgumentException("applied");
            }
        }

        OutageWindow window() {
            return new OutageWindow(
                    first, startedAfter, startedBy, endedAfter, firstAppliedSince, missed, preset, applied);
        }
    }
}
