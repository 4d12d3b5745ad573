package dev.injectionauditor.webhook;

import java.time.Duration;
import java.util.function.LongSupplier;

/** When the webhook's port last answered. Any thread may note and ask. */
final class LastAnswer {

    /** The clock of the process: a jump of the other one is no silence. */
    private final LongSupplier nanoTime;

    private volatile long at;

    /** Begins as if it had just answered. */
    LastAnswer() {
        this(System::nanoTime);
    }

    /** @param nanoTime a clock as {@link System#nanoTime()} */
    LastAnswer(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.at = nanoTime.getAsLong();
    }

    /** It has answered, or it could not be expected to. */
    void isNow() {
        at = nanoTime.getAsLong();
    }

    /** Whether that is no longer ago than this. */
    boolean isWithin(Duration limit) {
        return nanoTime.getAsLong() - at <= limit.toNanos();
    }
}
