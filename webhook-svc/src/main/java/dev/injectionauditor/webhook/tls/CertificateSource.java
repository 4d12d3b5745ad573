package dev.injectionauditor.webhook.tls;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which certificate the service shall serve with. */
public sealed interface CertificateSource {

    /**
     * One that somebody else, cert-manager for instance, keeps in files.
     *
     * @param certificate serving certificate first, then what leads to its authority, in PEM
     * @param key its private key in PEM, unencrypted
     */
    record InFiles(Path certificate, Path key) implements CertificateSource {}

    /**
     * One that the webhook makes itself and shares with its other replicas.
     *
     * @param namespace of the Secret and the Service
     * @param secret name of the Secret that holds it
     * @param service name of the Service that API servers call
     * @param webhookConfiguration name of the MutatingWebhookConfiguration whose {@code caBundle} is kept
     * @param kubeconfig how to reach the API server, null for the default of the client library
     */
    record SelfManaged(
            String namespace,
            String secret,
            String service,
            String webhookConfiguration,
            @Nullable Path kubeconfig) implements CertificateSource {

        /** What API servers call the webhook, the name that they verify first. */
        public List<String> names() {
            String name = service + "." + namespace + ".svc";
            return List.of(name, name + ".cluster.local", service + "." + namespace, service);
        }
    }
}
