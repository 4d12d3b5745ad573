package dev.injectionauditor.e2e;

import dev.injectionauditor.localstack.FailOpenWebhook;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;

/** The namespace of the suite and the configuration of the webhook for it. */
final class Configuration {

    /** Label of the namespaces that the webhook is for. */
    static final String HOOKED = "e2e.injection-auditor.dev/hooked";

    /** Label of Pods that the webhook is not for, once {@link #exclude} was called. */
    static final String EXCLUDED = "e2e.injection-auditor.dev/excluded";

    private static final String NAME = "injection-auditor-e2e";

    private final KubernetesClient client;
    private final String url;
    private final String authorityPem;

    Configuration(KubernetesClient client, String url, String authorityPem) {
        this.client = client;
        this.url = url;
        this.authorityPem = authorityPem;
    }

    void create() {
        createNamespace(Stage.NAMESPACE);
        client.resource(configuration()).create();
    }

    /** A namespace that the webhook is for. */
    void createNamespace(String name) {
        client.namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels(HOOKED, "yes")
                        .endMetadata()
                        .build())
                .create();
    }

    /** Says whether the webhook is for a namespace. */
    void hook(String namespace, boolean hooked) {
        client.namespaces().withName(namespace).edit(found -> {
            found.getMetadata().getLabels().put(HOOKED, hooked ? "yes" : "no");
            return found;
        });
    }

    /** Changes the configuration: from now on the webhook is not for Pods with the label {@link #EXCLUDED}. */
    void exclude() {
        client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(NAME)
                .edit(found -> {
                    found.getWebhooks()
                            .getFirst()
                            .setObjectSelector(new LabelSelectorBuilder()
                                    .addNewMatchExpression()
                                    .withKey(EXCLUDED)
                                    .withOperator("DoesNotExist")
                                    .endMatchExpression()
                                    .build());
                    return found;
                });
    }

    private MutatingWebhookConfiguration configuration() {
        return FailOpenWebhook.configuration(NAME, Stage.WEBHOOK, url, authorityPem, Map.of(HOOKED, "yes"));
    }

    /** Deletes what it made, and nothing else. */
    void delete() {
        client.resource(configuration()).delete();
        client.namespaces().withLabel(HOOKED).delete();
    }
}
