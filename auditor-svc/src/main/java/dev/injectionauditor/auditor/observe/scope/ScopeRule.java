package dev.injectionauditor.auditor.observe.scope;

import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Scope.Exemption;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperations;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the API server had to call the webhook for the creation of a Pod, as it decides itself (Kubernetes
 * documentation, "Dynamic Admission Control", matching requests).
 */
public final class ScopeRule {

    /** The kubelet puts it on the Pods that it shows to the API server for its static Pods. */
    public static final String MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

    private ScopeRule() {}

    /**
     * A decision.
     *
     * @param scope the decision; exempt where there is none
     * @param undecidable whether something is not known that it hangs on: better no verdict than a wrong one
     */
    public record Decision(Scope scope, boolean undecidable) {}

    /**
     * Decides about one configuration.
     *
     * @param configured the webhook as it was configured, null if it was not
     * @param namespace labels of the Pod's namespace then in force, null if they are not known
     * @param conditions what match conditions decide about the Pod; only asked if there are any
     */
    public static Decision decide(
            Pod pod,
            @Nullable ConfiguredWebhook configured,
            @Nullable LabelsInForce namespace,
            Function<MatchConditions, MatchConditions.Decision> conditions) {
        if (orEmpty(pod.getMetadata().getAnnotations()).containsKey(MIRROR_ANNOTATION)) {
            return new Decision(
                    new Scope(Exemption.MIRROR_POD, configured == null ? null : configuration(configured, namespace)),
                    false);
        }
        if (configured == null) {
            return new Decision(new Scope(Exemption.NO_CONFIGURATION, null), false);
        }
        Scope.Configuration configuration = configuration(configured, namespace);
        if (namespace == null && !LabelSelectors.isEmpty(configured.webhook().getNamespaceSelector())) {
            return new Decision(new Scope(Exemption.NAMESPACE_SELECTOR, configuration), true);
        }
        Exemption exemption = bySelectors(pod, configured.webhook(), namespace == null ? Map.of() : namespace.labels());
        if (exemption != null || configured.conditions().isEmpty()) {
            return new Decision(new Scope(exemption, configuration), false);
        }
        return switch (conditions.apply(configured.conditions())) {
            case CALLED -> new Decision(new Scope(null, configuration), false);
            case NOT_CALLED -> new Decision(new Scope(Exemption.MATCH_CONDITIONS, configuration), false);
            case UNDECIDABLE -> new Decision(new Scope(Exemption.MATCH_CONDITIONS, configuration), true);
        };
    }

    /**
     * Decides about all configurations that have the webhook: it is called if it is for any of them.
     *
     * @param configured in the order of their names
     */
    public static Decision decide(
            Pod pod,
            List<ConfiguredWebhook> configured,
            @Nullable LabelsInForce namespace,
            Function<MatchConditions, MatchConditions.Decision> conditions) {
        List<Decision> decisions = configured.isEmpty()
                ? List.of(decide(pod, (ConfiguredWebhook) null, namespace, conditions))
                : configured.stream()
                        .map(one -> decide(pod, one, namespace, conditions))
                        .toList();
        return first(decisions, decision -> decision.scope().exemption() == null)
                .or(() -> first(decisions, Decision::undecidable))
                .orElse(decisions.getFirst());
    }

    private static Optional<Decision> first(List<Decision> decisions, Predicate<Decision> test) {
        return decisions.stream().filter(test).findFirst();
    }

    /** Rules first, then selectors. Pods exist in one version only, so {@code matchPolicy} makes no difference. */
    private static @Nullable Exemption bySelectors(
            Pod pod, MutatingWebhook webhook, Map<String, String> namespaceLabels) {
        if (webhook.getRules() == null || webhook.getRules().stream().noneMatch(ScopeRule::coversPodCreation)) {
            return Exemption.RULES;
        }
        if (!LabelSelectors.matches(webhook.getNamespaceSelector(), namespaceLabels)) {
            return Exemption.NAMESPACE_SELECTOR;
        }
        return LabelSelectors.matches(
                        webhook.getObjectSelector(), orEmpty(pod.getMetadata().getLabels()))
                ? null
                : Exemption.OBJECT_SELECTOR;
    }

    private static Scope.Configuration configuration(ConfiguredWebhook configured, @Nullable LabelsInForce namespace) {
        boolean namespaceMatters = namespace != null
                && !LabelSelectors.isEmpty(configured.webhook().getNamespaceSelector());
        return new Scope.Configuration(
                configured.name(),
                configured.uid(),
                configured.generation(),
                namespaceMatters && namespace.since().isAfter(configured.since())
                        ? namespace.since()
                        : configured.since());
    }

    /** One of the resources without a subresource, with {@code *} on either side of the slash (rules.go, Matcher). */
    private static boolean coversPodCreation(RuleWithOperations rule) {
        return containsOr(rule.getOperations(), "CREATE")
                && containsOr(rule.getApiGroups(), "")
                && containsOr(rule.getApiVersions(), "v1")
                && rule.getResources().stream().anyMatch(ScopeRule::coversPods)
                && !"Cluster".equals(rule.getScope());
    }

    private static boolean coversPods(String resource) {
        String[] parts = resource.split("/", 2);
        boolean anySubresource = parts.length == 1 || parts[1].equals("*");
        return anySubresource && (parts[0].equals("pods") || parts[0].equals("*"));
    }

    private static boolean containsOr(@Nullable List<String> values, String value) {
        return values != null && (values.contains("*") || values.contains(value));
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }
}
