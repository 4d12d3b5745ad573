package dev.injectionauditor.auditor.observe.scope;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Whether a webhook would be called for a Pod if it were created now. Nothing is remembered: the API server is asked
 * for configurations and namespace each time, so use this where an act hangs on the answer.
 */
public final class CurrentScope {

    private final KubernetesClient client;
    private final InstantSource clock;

    /** @param client not closed */
    public CurrentScope(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /**
     * Whether it would be called, as far as that can be told: false also where a match condition asks for something
     * that is not known here.
     *
     * @param pod as the API server has it
     * @param webhook name of the webhook in its configuration
     * @throws io.fabric8.kubernetes.client.KubernetesClientException if the API server cannot be asked
     */
    public boolean covers(Pod pod, String webhook) {
        ConfigurationTracker configurations = new ConfigurationTracker(webhook, clock);
        client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .list()
                .getItems()
                .forEach(configurations::onAdd);
        List<ConfiguredWebhook> configured = configurations.at(Long.MAX_VALUE);
        NamespaceTracker namespaces = new NamespaceTracker(
                name -> Optional.ofNullable(client.namespaces().withName(name).get()), clock);
        AdmissionVariables variables = new AdmissionVariables(client.getKubernetesSerialization());
        return ScopeRule.decide(
                                pod,
                                configured,
                                configured.isEmpty()
                                        ? null
                                        : namespaces
                                                .labels(pod.getMetadata().getNamespace(), Long.MAX_VALUE)
                                                .orElse(null),
                                conditions -> conditions.decide(variables.of(pod, false)))
                        .scope()
                        .exemption()
                == null;
    }
}
