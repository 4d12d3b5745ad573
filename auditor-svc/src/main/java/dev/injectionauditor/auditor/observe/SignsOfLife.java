package dev.injectionauditor.auditor.observe;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Until when everything that happened is known to have been told. The watch shows that it lives by a new version, of a
 * Pod or of a bookmark; but handlers come later than the watch, so this counts only once they have done what the watch
 * had brought by then. Used by one thread at a time.
 */
final class SignsOfLife {

    private Instant lastLook = Instant.EPOCH;

    /** Until when the watch has shown that everything has come. */
    private Instant shown = Instant.EPOCH;

    private Instant told = Instant.EPOCH;
    private @Nullable String lastVersion;
    private @Nullable Sign waiting;

    /**
     * A sign that handlers are still behind.
     *
     * @param time until when it says that everything has come
     * @param changes how many changes have to be handled before that holds for what was told, too
     */
    private record Sign(Instant time, long changes) {}

    /**
     * Looks at the watch again.
     *
     * @param version the version that the watch has come to
     * @param changes how many changes the watch has brought, read after the version
     * @param handled how many of them handlers have done
     * @return until when everything has been told, if that is news
     */
    Optional<Instant> look(@Nullable String version, long changes, long handled, Instant now) {
        if (!Objects.equals(version, lastVersion)) {
            // Something came since the last look, a bookmark at least, so nothing before that is still to come.
            shown = lastLook;
            lastVersion = version;
        }
        lastLook = now;
        if (waiting == null && shown.isAfter(told)) {
            waiting = new Sign(shown, changes);
        }
        if (waiting == null || handled < waiting.changes()) {
            return Optional.empty();
        }
        told = waiting.time();
        waiting = null;
        return Optional.of(told);
    }
}
