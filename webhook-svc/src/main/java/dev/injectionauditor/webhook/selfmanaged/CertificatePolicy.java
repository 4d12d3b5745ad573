package dev.injectionauditor.webhook.selfmanaged;

import java.time.Duration;
import java.time.Instant;

/**
 * How long certificates live. Each is renewed when two thirds of its life are over.
 *
 * @param authorityLife life of an authority; longer than that of what it signs
 * @param servingLife life of a serving certificate
 * @param spread how long a new authority is in {@code caBundle} before it signs: long enough for every API server to
 *     learn of it, shorter than a third of the serving life
 */
record CertificatePolicy(Duration authorityLife, Duration servingLife, Duration spread) {

    /** A year, 90 days, and ten minutes. */
    static final CertificatePolicy DEFAULT =
            new CertificatePolicy(Duration.ofDays(365), Duration.ofDays(90), Duration.ofMinutes(10));

    /** Certificates begin so much earlier than they are made, for clocks that are behind. */
    static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    /** Whether it is time for a successor. */
    static boolean isDue(Instant notBefore, Instant notAfter, Instant now) {
        Duration life = Duration.between(notBefore, notAfter);
        return !now.isBefore(notAfter.minus(life.dividedBy(3)));
    }
}
