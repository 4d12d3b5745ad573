package dev.injectionauditor.auditor.remediate;

import java.time.Duration;

/** What the API server said to an eviction, by what it means for whoever asked. */
sealed interface EvictionAnswer {

    /** The Pod is being deleted. */
    record Evicted() implements EvictionAnswer {}

    /** 404: there is no Pod of that name. */
    record Gone() implements EvictionAnswer {}

    /** 409 by the precondition: another Pod has the name. It was left alone. */
    record OtherPod() implements EvictionAnswer {}

    /** 409 of any other kind: somebody changed something at the same time. Nothing was done; look again. */
    record Conflict() implements EvictionAnswer {}

    /** 429 with a cause and no time to wait: a PodDisruptionBudget allows no disruption now. */
    record Budget() implements EvictionAnswer {}

    /** A Failure in the body, with 500 or 201: several PodDisruptionBudgets select the Pod, which is not supported. */
    record SeveralBudgets() implements EvictionAnswer {}

    /**
     * 429 without such a cause, or with one and a time to wait: the API server has too much to do, or the budget's
     * status is not up to date.
     *
     * @param retryAfter how long it asks to wait, at least a second
     */
    record Throttled(Duration retryAfter) implements EvictionAnswer {}

    /** 403 or 401: the remediator may not evict. */
    record Forbidden() implements EvictionAnswer {}

    /** 5xx, a time-out or no answer at all: it may have happened or still happen. Look at the Pod. */
    record Unknown() implements EvictionAnswer {}

    /**
     * Anything else: the API server does not take the request.
     *
     * @param code status code
     */
    record Rejected(int code) implements EvictionAnswer {}
}
