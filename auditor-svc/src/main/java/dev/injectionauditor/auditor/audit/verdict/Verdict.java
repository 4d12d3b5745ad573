package dev.injectionauditor.auditor.audit.verdict;

/** What became of the injection of a Pod, one for each Pod and watched webhook (design, section 4). */
public enum Verdict {
    /** Stamped, and every container has the variable: the normal case. */
    INJECTED,
    /** Not stamped, and a container lacks the variable: the webhook was not applied. */
    MISSED,
    /** Not stamped, but every container sets the variable itself: the call was missed, without harm. */
    PRESET,
    /** Stamped, yet a container lacks the variable: somebody changed the Pod after the webhook. */
    INCOMPLETE,
    /** The webhook was not to be called for it. */
    EXEMPT,
    /** Not stamped and older than the webhook configuration. */
    PREDATES;

    /** Whether the call of the webhook was missed: evidence of an outage. */
    public boolean isNotApplied() {
        return switch (this) {
            case MISSED, PRESET -> true;
            case INJECTED, INCOMPLETE, EXEMPT, PREDATES -> false;
        };
    }

    /** Whether the Pod has the best right to its stamp. */
    boolean restsOnStamp() {
        return switch (this) {
            case INJECTED, INCOMPLETE -> true;
            case MISSED, PRESET, EXEMPT, PREDATES -> false;
        };
    }
}
