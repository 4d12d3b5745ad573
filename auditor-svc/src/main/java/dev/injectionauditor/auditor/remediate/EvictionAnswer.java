package dev.injectionauditor.auditor.remediate;

/** What the API server said to an eviction. */
sealed interface EvictionAnswer {

    /** The Pod is being deleted. */
    record Evicted() implements EvictionAnswer {}

    /** The Pod is gone, or another one has its name. */
    record Gone() implements EvictionAnswer {}

    /**
     * It was not allowed.
     *
     * @param reason a short fixed text
     */
    record Refused(String reason) implements EvictionAnswer {}

    /**
     * It could not be done.
     *
     * @param reason a short fixed text
     */
    record Failed(String reason) implements EvictionAnswer {}
}
