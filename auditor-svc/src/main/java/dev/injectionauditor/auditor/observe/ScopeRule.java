package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Scope.Exemption;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperations;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the API server had to call the webhook for the creation of a Pod, as it decides itself (Kubernetes
 * documentation, "Dynamic Admission Control", matching requests).
 */
final class ScopeRule {

    /** The kubelet puts it on the Pods that it shows to the API server for its static Pods. */
    static final String MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

    private ScopeRule() {}

    /**
     * The decision.
     *
     * @param configured the webhook as it was configured, null if it was not
     * @param namespace labels of the Pod's namespace then in force
     */
    static Scope decide(Pod pod, @Nullable ConfiguredWebhook configured, LabelsInForce namespace) {
        Scope.Configuration configuration = configured == null ? null : configuration(configured, namespace);
        return new Scope(exemption(pod, configured, namespace.labels()), configuration);
    }

    private static @Nullable Exemption exemption(
            Pod pod, @Nullable ConfiguredWebhook configured, Map<String, String> namespaceLabels) {
        if (orEmpty(pod.getMetadata().getAnnotations()).containsKey(MIRROR_ANNOTATION)) {
            return Exemption.MIRROR_POD;
        }
        if (configured == null) {
            return Exemption.NO_CONFIGURATION;
        }
        MutatingWebhook webhook = configured.webhook();
        if (webhook.getRules() == null || webhook.getRules().stream().noneMatch(ScopeRule::coversPodCreation)) {
            return Exemption.RULES;
        }
        if (!LabelSelectors.matches(webhook.getNamespaceSelector(), namespaceLabels)) {
            return Exemption.NAMESPACE_SELECTOR;
        }
        if (!LabelSelectors.matches(
                webhook.getObjectSelector(), orEmpty(pod.getMetadata().getLabels()))) {
            return Exemption.OBJECT_SELECTOR;
        }
        // Match conditions are CEL expressions, which are not evaluated yet: better no verdict than a wrong one.
        return webhook.getMatchConditions() == null
                        || webhook.getMatchConditions().isEmpty()
                ? null
                : Exemption.MATCH_CONDITIONS;
    }

    private static Scope.Configuration configuration(ConfiguredWebhook configured, LabelsInForce namespace) {
        boolean namespaceMatters = !LabelSelectors.isEmpty(configured.webhook().getNamespaceSelector());
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
