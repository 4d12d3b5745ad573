package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.schema.Signal;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps account of the span in which everything has been watched. Its end is the last sign of life of the watch: a
 * connection that hangs shows nothing, and nobody can tell it from a quiet cluster. Safe for use by several threads.
 */
final class WatchedSpan {

    /** What has to be watched: the Pods, and what their scope is decided from. */
    enum Kind {
        PODS,
        CONFIGURATIONS,
        NAMESPACES
    }

    private final Set<Kind> listed = EnumSet.noneOf(Kind.class);
    private Signal.Watched.Begin nextBegin;
    private @Nullable Instant from;
    private Instant until = Instant.EPOCH;
    private Instant asserted = Instant.EPOCH;

    WatchedSpan(Signal.Watched.Begin begin) {
        this.nextBegin = begin;
    }

    /** A watch broke in a way that needs a new list. */
    synchronized void broken(Kind kind) {
        listed.remove(kind);
        if (from != null) {
            from = null;
            nextBegin = Signal.Watched.Begin.RELISTED;
        }
    }

    /** Everything there is of a kind has been listed and is watched from now on. */
    synchronized void listed(Kind kind, Instant now) {
        listed.add(kind);
        if (from == null && listed.size() == Kind.values().length) {
            from = now;
            until = now;
        }
    }

    /** The watch of the Pods has shown all that happened until then. */
    synchronized void watchedUntil(Instant time) {
        if (time.isAfter(until)) {
            until = time;
        }
    }

    /** What can be asserted that has not been yet, if anything is watched. */
    synchronized Optional<Signal.Watched> assertion() {
        if (from == null || !until.isAfter(asserted)) {
            return Optional.empty();
        }
        asserted = until;
        return Optional.of(new Signal.Watched(from, until, nextBegin));
    }
}
