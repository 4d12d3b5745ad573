package dev.injectionauditor.auditor.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A limit of how much may be done within any minute. */
public final class MinuteLimit {

    /** How far back is looked. */
    public static final Duration MINUTE = Duration.ofMinutes(1);

    private MinuteLimit() {}

    /**
     * From when on one more is allowed; empty if it is now.
     *
     * @param done when something was done; what is a minute old or older counts no more, nor does what is told by a
     *     clock that is far ahead
     * @param most how much may be done within a minute, at least 1
     */
    public static Optional<Instant> allowedFrom(Stream<Instant> done, int most, Instant now) {
        Instant latest = Clocks.latest(now);
        List<Instant> times = done.filter(time -> time.isAfter(now.minus(MINUTE)) && !time.isAfter(latest))
                .sorted()
                .toList();
        // As many as exceed the limit by one more have to be older than a minute.
        return times.size() < most
                ? Optional.empty()
                : Optional.of(times.get(times.size() - most).plus(MINUTE));
    }
}
