package dev.injectionauditor.auditor.remediate;

import java.time.Duration;

/**
 * How long to wait between two lists of a namespace. Each may be read from the API server's storage, so the larger the
 * namespace, and the more there is to do for the API server, the fewer of them.
 */
final class ListPause {

    private static final int SHARE = 4;
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private ListPause() {}

    /**
     * The pause after a list.
     *
     * @param took how long the list took, and the wait for its turn
     * @param least how long to wait in any case
     */
    static Duration after(Duration took, Duration least) {
        Duration pause = took.multipliedBy(SHARE);
        if (pause.compareTo(LONGEST) > 0) {
            pause = LONGEST;
        }
        return pause.compareTo(least) > 0 ? pause : least;
    }
}
