package dev.injectionauditor.auditor.observe.scope;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MatchCondition;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The match conditions of a webhook, compiled once, and the rule by which the API server combines them (its package
 * {@code admission/plugin/webhook/matchconditions}): one that is false means not called, whatever the others are; else
 * one that fails means not called under {@code failurePolicy: Ignore}; else called.
 */
public final class MatchConditions {

    /** What the conditions decide about a Pod. */
    public enum Decision {
        /** The webhook had to be called. */
        CALLED,
        /** It did not have to be. */
        NOT_CALLED,
        /** The decision hangs on something that is not known here. */
        UNDECIDABLE
    }

    private final List<CelCondition> conditions;
    private final boolean ignoresFailure;

    private MatchConditions(List<CelCondition> conditions, boolean ignoresFailure) {
        this.conditions = conditions;
        this.ignoresFailure = ignoresFailure;
    }

    /** The conditions of a webhook, which may be none; of one that does not compile here the value is never known. */
    public static MatchConditions of(MutatingWebhook webhook) {
        List<MatchCondition> conditions = webhook.getMatchConditions();
        if (conditions == null || conditions.isEmpty()) {
            return new MatchConditions(List.of(), true);
        }
        CelCondition.Compiler compiler = new CelCondition.Compiler();
        return new MatchConditions(
                conditions.stream()
                        .map(condition -> compiler.compile(condition.getExpression()))
                        .toList(),
                "Ignore".equals(webhook.getFailurePolicy()));
    }

    /** Whether there is any condition, and so any need for the variables. */
    boolean isEmpty() {
        return conditions.isEmpty();
    }

    /**
     * The decision.
     *
     * @param possible the variables of each request that may have been, which differ by {@link UnsureFields} only: what
     *     holds for all of them holds; with none, nothing can be decided
     */
    public Decision decide(List<Map<String, Object>> possible) {
        boolean allCount = conditions.stream().anyMatch(CelCondition::readsUnsureFields);
        Set<Decision> decisions = possible.stream()
                .limit(allCount ? possible.size() : 1)
                .map(this::decideOne)
                .collect(Collectors.toSet());
        return decisions.size() == 1 ? decisions.iterator().next() : Decision.UNDECIDABLE;
    }

    private Decision decideOne(Map<String, Object> variables) {
        Set<CelCondition.Value> values = EnumSet.noneOf(CelCondition.Value.class);
        conditions.forEach(condition -> values.add(condition.evaluate(variables)));
        if (values.contains(CelCondition.Value.FALSE)) {
            return Decision.NOT_CALLED;
        }
        if (values.contains(CelCondition.Value.FAILED)) {
            // Under Fail the Pod would have been rejected, yet here it is: something else was in force.
            return ignoresFailure ? Decision.NOT_CALLED : Decision.UNDECIDABLE;
        }
        return values.contains(CelCondition.Value.UNKNOWN) ? Decision.UNDECIDABLE : Decision.CALLED;
    }
}
