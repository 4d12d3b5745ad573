package dev.injectionauditor.auditor.observe.scope;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Label selectors as the API server reads them (apimachinery, {@code LabelSelectorAsSelector}). */
final class LabelSelectors {

    private LabelSelectors() {}

    /** Whether the labels match; an absent or empty selector matches everything. */
    static boolean matches(@Nullable LabelSelector selector, Map<String, String> labels) {
        if (selector == null) {
            return true;
        }
        Map<String, String> exact = selector.getMatchLabels();
        List<LabelSelectorRequirement> expressions = selector.getMatchExpressions();
        return (exact == null || labels.entrySet().containsAll(exact.entrySet()))
                && (expressions == null || expressions.stream().allMatch(expression -> matches(expression, labels)));
    }

    /** Whether the selector looks at labels at all. */
    static boolean isEmpty(@Nullable LabelSelector selector) {
        return selector == null
                || ((selector.getMatchLabels() == null
                                || selector.getMatchLabels().isEmpty())
                        && (selector.getMatchExpressions() == null
                                || selector.getMatchExpressions().isEmpty()));
    }

    private static boolean matches(LabelSelectorRequirement expression, Map<String, String> labels) {
        String value = labels.get(expression.getKey());
        return switch (expression.getOperator()) {
            case "In" -> value != null && expression.getValues().contains(value);
            // A label that is not there is not in the set.
            case "NotIn" -> value == null || !expression.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            // The API server stores no other operator.
            case String other -> throw new IllegalArgumentException("unknown operator of a label selector: " + other);
        };
    }
}
