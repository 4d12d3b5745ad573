package dev.injectionauditor.e2e;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import tools.jackson.databind.JsonNode;

/**
 * Holds an eviction in the API server, after somebody has decided on it and before the Pod is deleted: a validating
 * webhook for evictions, which answers late.
 */
final class EvictionGate implements AutoCloseable {

    private static final String NAME = "evictions.e2e.injection-auditor.dev";

    private final KubernetesClient client;
    private final OwnWebhook webhook;
    private CountDownLatch opened = new CountDownLatch(0);

    EvictionGate(Path folder, Cluster cluster) throws IOException, GeneralSecurityException {
        client = cluster.client();
        webhook = new OwnWebhook(folder, cluster);
        webhook.set(request -> OwnWebhook.allow());
        client.resource(configuration("https://" + cluster.webhookHost() + ":" + webhook.port()))
                .create();
    }

    private ValidatingWebhookConfiguration configuration(String url) {
        return new ValidatingWebhookConfigurationBuilder()
                .withNewMetadata()
                .withName(NAME)
                .endMetadata()
                .addNewWebhook()
                .withName(NAME)
                .withNewClientConfig()
                .withUrl(url)
                .withCaBundle(Base64.getEncoder()
                        .encodeToString(webhook.authorityPem().getBytes(StandardCharsets.UTF_8)))
                .endClientConfig()
                .addNewRule()
                .withOperations("CREATE")
                .withApiGroups("")
                .withApiVersions("v1")
                .withResources("pods/eviction")
                .withScope("Namespaced")
                .endRule()
                .withNewNamespaceSelector()
                .addToMatchLabels(Configuration.HOOKED, "yes")
                .endNamespaceSelector()
                .withFailurePolicy("Fail")
                .withTimeoutSeconds(30)
                .withSideEffects("None")
                .withAdmissionReviewVersions("v1")
                .endWebhook()
                .build();
    }

    /** From now on evictions of this Pod wait. */
    void hold(String pod) {
        CountDownLatch latch = new CountDownLatch(1);
        opened = latch;
        webhook.set(request -> {
            if (isFor(request, pod)) {
                latch.await();
            }
            return OwnWebhook.allow();
        });
    }

    /** How many evictions of this Pod have come since {@link #hold}. */
    long evictions(String pod) {
        return webhook.requests().stream()
                .filter(request -> isFor(request, pod))
                .count();
    }

    private static boolean isFor(JsonNode request, String pod) {
        return request.path("name").asString("").equals(pod);
    }

    void open() {
        opened.countDown();
    }

    @Override
    public void close() {
        open();
        client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(NAME)
                .delete();
        webhook.close();
    }
}
