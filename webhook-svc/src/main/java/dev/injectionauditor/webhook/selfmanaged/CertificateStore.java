package dev.injectionauditor.webhook.selfmanaged;

import static java.net.HttpURLConnection.HTTP_CONFLICT;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.injectionauditor.webhook.tls.CertificateSource.SelfManaged;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The Secret and the {@code caBundle} in the cluster. Every write names the version that it replaces. */
final class CertificateStore {

    private static final String TYPE = "injection-auditor.dev/webhook-certificates";

    private final KubernetesClient client;
    private final SelfManaged where;
    /** Name of the webhook in its configuration. */
    private final String webhook;

    CertificateStore(KubernetesClient client, SelfManaged where, String webhook) {
        this.client = client;
        this.where = where;
        this.webhook = webhook;
    }

    /** The Secret, null if there is none. */
    @Nullable Secret secret() {
        return client.secrets()
                .inNamespace(where.namespace())
                .withName(where.secret())
                .get();
    }

    /** What a Secret holds, decoded. */
    static Map<String, String> data(Secret secret) {
        Map<String, String> encoded = Objects.requireNonNullElse(secret.getData(), Map.of());
        return encoded.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> decode(entry.getValue())));
    }

    /**
     * Makes the Secret, or replaces the one that was read.
     *
     * @return false if another replica was faster
     */
    boolean write(@Nullable Secret read, Map<String, String> data) {
        SecretBuilder builder = read == null
                ? new SecretBuilder()
                        .withType(TYPE)
                        .withNewMetadata()
                        .withNamespace(where.namespace())
                        .withName(where.secret())
                        .endMetadata()
                : new SecretBuilder(read);
        Secret secret = builder.withData(data.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, entry -> encode(entry.getValue()))))
                .build();
        return written(() -> {
            if (read == null) {
                client.resource(secret).create();
            } else {
                client.resource(secret).update(); // a PUT with the version that was read
            }
        });
    }

    /** The configuration, null if there is none. */
    @Nullable MutatingWebhookConfiguration configuration() {
        return client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(where.webhookConfiguration())
                .get();
    }

    boolean hasWebhook(MutatingWebhookConfiguration configuration) {
        return webhook(configuration) != null;
    }

    /** What the webhook's {@code caBundle} holds, PEM; empty if it has none. */
    String trusted(@Nullable MutatingWebhookConfiguration configuration) {
        MutatingWebhook ours = configuration == null ? null : webhook(configuration);
        String bundle = ours == null ? null : ours.getClientConfig().getCaBundle();
        return bundle == null ? "" : decode(bundle);
    }

    /**
     * Sets {@code caBundle} in the configuration that was read.
     *
     * @return false if somebody changed it meanwhile
     */
    boolean trust(MutatingWebhookConfiguration read, String bundle) {
        Objects.requireNonNull(webhook(read)).getClientConfig().setCaBundle(encode(bundle));
        return written(() -> client.resource(read).update());
    }

    private @Nullable MutatingWebhook webhook(MutatingWebhookConfiguration configuration) {
        return configuration.getWebhooks().stream()
                .filter(each -> each.getName().equals(webhook))
                .findFirst()
                .orElse(null);
    }

    private static boolean written(Runnable write) {
        try {
            write.run();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HTTP_CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String decode(String text) {
        return new String(Base64.getDecoder().decode(text), UTF_8);
    }
}
