package dev.injectionauditor.webhook;

import java.time.Duration;
import java.util.function.LongSupplier;

/** When the webhook's port last answered. Any thread may note and ask. */
final class LastAnswer {

    /** The clock of the process: a jump of the other one is no silence. */
    private final LongSupplier nanoTime;

    private volatile long at;
    private volatile long toSelfCheckAt;

    /** Begins as if it had just answered. */
    LastAnswer() {
        this(System::nanoTime);
    }

    /** @param nanoTime a clock as {@link System#nanoTime()} */
    LastAnswer(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        isNowToSelfCheck();
    }

    /** It has answered somebody else. */
    void isNow() {
        at = nanoTime.getAsLong();
    }

    /** It has answered the service's own check, or could not be expected to. */
    void isNowToSelfCheck() {
        long now = nanoTime.getAsLong();
        at = now;
        toSelfCheckAt = now;
    }

    /** Whether an answer to anybody is no longer ago than this. */
    boolean isWithin(Duration limit) {
        return nanoTime.getAsLong() - at <= limit.toNanos();
    }

    /** Whether the last one to the service's own check is no longer ago than this. */
    boolean isToSelfCheckWithin(Duration limit) {
        return nanoTime.getAsLong() - toSelfCheckAt <= limit.toNanos();
    }
}
