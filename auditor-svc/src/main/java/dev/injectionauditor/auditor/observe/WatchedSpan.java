package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.schema.Signal;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps account of the span in which everything has been watched. Safe for use by several threads. */
final class WatchedSpan {

    private Signal.Watched.Begin nextBegin;
    private @Nullable Instant from;

    WatchedSpan(Signal.Watched.Begin begin) {
        this.nextBegin = begin;
    }

    /** The watch broke in a way that needs a new list. */
    synchronized void broken() {
        if (from != null) {
            from = null;
            nextBegin = Signal.Watched.Begin.RELISTED;
        }
    }

    /** Everything there is has been listed and is watched from now on. */
    synchronized void listed(Instant now) {
        if (from == null) {
            from = now;
        }
    }

    /** What can be asserted now, if anything is watched. */
    synchronized Optional<Signal.Watched> assertion(Instant now) {
        return from == null ? Optional.empty() : Optional.of(new Signal.Watched(from, now, nextBegin));
    }
}
