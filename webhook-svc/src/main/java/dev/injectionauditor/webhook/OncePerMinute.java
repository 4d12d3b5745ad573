package dev.injectionauditor.webhook;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets something through at most once a minute, so that a caller who errs all the time does not fill the log. */
final class OncePerMinute {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private final AtomicLong next;

    OncePerMinute() {
        this(System::nanoTime);
    }

    /** @param nanoTime a clock as {@link System#nanoTime()} */
    OncePerMinute(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.next = new AtomicLong(nanoTime.getAsLong());
    }

    /** True for the first caller of a minute. */
    boolean isDue() {
        long now = nanoTime.getAsLong();
        long due = next.get();
        return now - due >= 0 && next.compareAndSet(due, now + MINUTE);
    }
}
