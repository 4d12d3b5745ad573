package dev.injectionauditor.schema;

import java.util.Locale;

/**
 * Why a request was not executed, or how it failed: the texts that {@link RecreationResult#reason()} has from the
 * built-in remediator. Other remediators may have others, so consumers pass over texts that they do not know.
 */
public enum RecreationReason {
    /** A static Pod, which only its kubelet can replace. */
    MIRROR_POD,
    /** Exempt by the annotation {@code injection-auditor.dev/never-recreate}. */
    EXEMPT,
    /**
     * What holds for it asks for {@code off} or {@code plan} now: its own label or annotation, its namespace's, or the
     * remediator's {@code --recreation}.
     */
    SWITCHED_OFF,
    /** Finished or being deleted. */
    NOT_ACTIVE,
    /** The Pod has the injection. */
    NOT_MISSED,
    /**
     * The webhook would not be called for it as it is configured now, so a replacement would not be injected either.
     */
    OUT_OF_SCOPE,
    /** Its controller is not the one that the request names, or it has none any more. */
    OWNER_CHANGED,
    /** Without a controller, and bare Pods are not allowed. */
    BARE_POD,
    /** Of a DaemonSet, and those are not allowed. */
    DAEMON_SET,
    /** Of a Job, and those are not allowed. */
    JOB,
    /** Of a controller that is not known to replace its Pods, and those are not allowed. */
    OTHER_OWNER,
    /** Critical for the system, and those are not allowed. */
    SYSTEM_CRITICAL,
    /** A PodDisruptionBudget allows no disruption. */
    DISRUPTION_BUDGET,
    /** The Pod is under more than one PodDisruptionBudget, which the eviction API does not support. */
    SEVERAL_BUDGETS,
    /** Expired while the API server asked for patience. */
    THROTTLED,
    /** The remediator may not evict. */
    FORBIDDEN,
    /** The API server does not take the request. */
    REJECTED,
    /** Expired while the API server failed or could not be reached. */
    NO_ANSWER,
    /** Expired while others kept changing the Pod or its budget. */
    CONFLICT,
    /** Expired while the last replacement of another Pod of the owner was not ready. */
    REPLACEMENT_NOT_READY,
    /** Expired while no observer was heard of, so that nobody knew whether an outage was open. */
    NOT_WATCHED,
    /** An outage has opened since the request. */
    OUTAGE_OPEN,
    /** A replacement was missed again since the request, or several have not come lately. */
    BREAKER_OPEN,
    /** A bare Pod that the API server would not accept again: a dry run was refused. */
    NOT_REPEATABLE,
    /** A bare Pod that would be missed again: a dry run came back without the injection. */
    NOT_APPLIED,
    /** Another Pod has the name. */
    OTHER_POD,
    /** The webhook was applied to the replacement, and something after it added a container without the injection. */
    INCOMPLETE,
    /** The namespace was deleted before a bare Pod could be created again. */
    NAMESPACE_GONE;

    /** As it stands in results: {@code disruption-budget}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
