package dev.injectionauditor.auditor.audit.verdict;

/** Decides the verdict of a Pod (design, section 4). */
final class VerdictRule {

    private VerdictRule() {}

    /**
     * The verdict from what the API server has stored of a Pod.
     *
     * @param ownStamp whether the Pod carries a stamp that no other Pod carried first
     */
    static Verdict decide(PodFacts pod, boolean ownStamp) {
        boolean complete = pod.lacking().isEmpty();
        if (ownStamp) {
            return complete ? Verdict.INJECTED : Verdict.INCOMPLETE;
        }
        // A creationTimestamp has whole seconds, and the API server takes a moment to learn of a configuration: a Pod
        // of the same second proves nothing.
        if (!pod.createdAt().isAfter(pod.inForceSince())) {
            return complete ? Verdict.EXEMPT : Verdict.PREDATES;
        }
        return complete ? Verdict.PRESET : Verdict.MISSED;
    }

    /** Whether a Pod with these facts is exempt, whatever other Pods carry. */
    static boolean isExempt(PodFacts pod) {
        return pod.stamp() == null && decide(pod, false) == Verdict.EXEMPT;
    }
}
