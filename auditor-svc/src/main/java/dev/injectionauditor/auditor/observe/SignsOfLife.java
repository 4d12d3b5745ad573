package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.auditor.observe.scope.Timeline;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Until when everything that happened is known to have been told. The watch shows that it lives by a new version, of a
 * Pod or of a bookmark; but handlers come later than the watch, so this counts only once they have done what the watch
 * had brought by then.
 *
 * <p>A watch that was silent for long may have been cut off without anybody noticing, and have gone on where it
 * stopped: then what it brings at first is old. So it shows nothing until it has come to the version that the cluster
 * had when it was heard of again. Used by one thread at a time.
 */
final class SignsOfLife {

    /** Longer than an API server waits between two bookmarks, about a minute. */
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(90);

    private final Supplier<Optional<String>> cluster;
    private Instant lastLook = Instant.EPOCH;
    private Instant lastNews;

    /** Until when the watch has shown that everything has come. */
    private Instant shown = Instant.EPOCH;

    private Instant told = Instant.EPOCH;
    private @Nullable String lastVersion;
    private @Nullable Sign waiting;

    /** Whether the watch may bring what is old; where it has to come to, as soon as that is known. */
    private boolean mayBeBehind;

    private @Nullable Goal goal;

    /**
     * A sign that handlers are still behind.
     *
     * @param time until when it says that everything has come
     * @param changes how many changes have to be handled before that holds for what was told, too
     */
    private record Sign(Instant time, long changes) {}

    /**
     * What a watch that was silent has to come to.
     *
     * @param version what the cluster had come to
     * @param time when, at the latest
     */
    private record Goal(String version, Instant time) {

        boolean isReachedBy(@Nullable String watch) {
            return watch != null && Timeline.version(watch) >= Timeline.version(version);
        }
    }

    /**
     * Of a watch that begins with a list.
     *
     * @param cluster asks what version the cluster has come to; empty if that cannot be had now
     * @param begin when the list began: a watch goes on from there, however long the list took
     */
    SignsOfLife(Supplier<Optional<String>> cluster, Instant begin) {
        this.cluster = cluster;
        this.lastNews = begin;
    }

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
            boolean wasSilent = Duration.between(lastNews, now).compareTo(LONGEST_SILENCE) > 0;
            lastVersion = version;
            lastNews = now;
            news(version, wasSilent);
        }
        if (mayBeBehind && goal == null) {
            goal = cluster.get().map(reached -> new Goal(reached, now)).orElse(null);
            arrive(version);
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

    private void news(@Nullable String version, boolean wasSilent) {
        if (mayBeBehind) {
            arrive(version);
        } else if (!wasSilent) {
            // Something came since the last look, a bookmark at least, so nothing before that is still to come.
            shown = lastLook;
        }
        if (wasSilent) {
            mayBeBehind = true;
            goal = null;
        }
    }

    /** What happened before the cluster was asked has come once the watch is where the cluster was. */
    private void arrive(@Nullable String version) {
        if (goal != null && goal.isReachedBy(version)) {
            shown = goal.time();
            goal = null;
            mayBeBehind = false;
        }
    }
}
