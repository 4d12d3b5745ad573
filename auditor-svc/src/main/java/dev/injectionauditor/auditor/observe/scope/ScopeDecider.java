package dev.injectionauditor.auditor.observe.scope;

import dev.injectionauditor.schema.Scope;
import io.fabric8.kubernetes.api.model.Pod;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides about Pods from what the trackers know, and counts those that nothing can be decided about. */
public final class ScopeDecider implements Function<Pod, Scope> {

    private static final Logger LOG = LoggerFactory.getLogger(ScopeDecider.class);

    private final ConfigurationTracker configurations;
    private final NamespaceTracker namespaces;
    private final AdmissionVariables variables;
    private final Function<Pod, Optional<Pod>> wholes;
    private final Counter undecidable;

    /** @param wholes the whole of a Pod that was read in part, just before match conditions became known */
    public ScopeDecider(
            ConfigurationTracker configurations,
            NamespaceTracker namespaces,
            AdmissionVariables variables,
            Function<Pod, Optional<Pod>> wholes,
            MeterRegistry metrics) {
        this.configurations = configurations;
        this.namespaces = namespaces;
        this.variables = variables;
        this.wholes = wholes;
        this.undecidable = Counter.builder("injection_auditor_scope_undecidable")
                .description("Pods taken for exempt because it is not known whether the webhook had to be called")
                .register(metrics);
    }

    @Override
    public Scope apply(Pod pod) {
        ScopeRule.Decision decision =
                decide(pod, Timeline.version(pod.getMetadata().getResourceVersion()), false);
        if (decision.undecidable()) {
            if (undecidable.count() == 0) {
                LOG.atWarn()
                        .addKeyValue("namespace", pod.getMetadata().getNamespace())
                        .addKeyValue("pod", pod.getMetadata().getName())
                        .addKeyValue("exemption", decision.scope().exemption())
                        .log("Not known whether the webhook had to be called; further Pods are only counted");
            }
            undecidable.increment();
        }
        return decision.scope();
    }

    /** Decides about a Pod that came back from a dry run just now. */
    public ScopeRule.Decision decideDryRun(Pod pod) {
        return decide(pod, Long.MAX_VALUE, true);
    }

    private ScopeRule.Decision decide(Pod pod, long version, boolean dryRun) {
        List<ConfiguredWebhook> configured = configurations.at(version);
        boolean selectsNamespaces = configured.stream()
                .anyMatch(one -> !LabelSelectors.isEmpty(one.webhook().getNamespaceSelector()));
        return ScopeRule.decide(
                pod,
                configured,
                selectsNamespaces
                        ? namespaces
                                .labels(pod.getMetadata().getNamespace(), version)
                                .orElse(null)
                        : null,
                conditions -> decide(conditions, pod, dryRun));
    }

    private MatchConditions.Decision decide(MatchConditions conditions, Pod pod, boolean dryRun) {
        return pod instanceof PartlyRead part
                ? part.decision(conditions).orElseGet(() -> conditions.decide(variables(pod)))
                : conditions.decide(variables.of(pod, dryRun));
    }

    /** None at all if the whole Pod cannot be had: then nothing can be decided. */
    private List<Map<String, Object>> variables(Pod pod) {
        return wholes.apply(pod).map(whole -> variables.of(whole, false)).orElse(List.of());
    }
}
