package dev.injectionauditor.localstack;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a webhook as this project is about: called for each new Pod, by URL, and passed over if it
 * fails.
 */
public final class FailOpenWebhook {

    private static final int TIMEOUT_SECONDS = 2;

    private FailOpenWebhook() {}

    /** For all namespaces, and nobody is there to be called: every new Pod is missed. */
    public static MutatingWebhookConfiguration ofNobody(String name, String webhook) {
        return configuration(name, webhook, "https://127.0.0.1:1/", null, Map.of());
    }

    /**
     * @param name of the configuration
     * @param webhook name of the only webhook in it
     * @param url where the API server calls it
     * @param authorityPem the authority that signed its certificate; null for one that is not there to be called
     * @param namespaceLabels labels that a namespace must have; empty for all namespaces
     */
    public static MutatingWebhookConfiguration configuration(
            String name,
            String webhook,
            String url,
            @Nullable String authorityPem,
            Map<String, String> namespaceLabels) {
        return new MutatingWebhookConfigurationBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .addNewWebhook()
                .withName(webhook)
                .withNewClientConfig()
                .withUrl(url)
                .withCaBundle(
                        authorityPem == null
                                ? null
                                : Base64.getEncoder().encodeToString(authorityPem.getBytes(StandardCharsets.UTF_8)))
                .endClientConfig()
                .addNewRule()
                .withOperations("CREATE")
                .withApiGroups("")
                .withApiVersions("v1")
                .withResources("pods")
                .withScope("Namespaced")
                .endRule()
                .withNewNamespaceSelector()
                .addToMatchLabels(namespaceLabels)
                .endNamespaceSelector()
                .withFailurePolicy("Ignore")
                .withTimeoutSeconds(TIMEOUT_SECONDS)
                .withSideEffects("NoneOnDryRun")
                .withAdmissionReviewVersions("v1")
                .endWebhook()
                .build();
    }
}
