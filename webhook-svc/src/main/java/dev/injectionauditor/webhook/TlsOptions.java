package dev.injectionauditor.webhook;

import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.Failures;
import dev.injectionauditor.service.Settings;
import dev.injectionauditor.webhook.tls.CertificateSource;
import dev.injectionauditor.webhook.tls.ClientAuthority;
import dev.injectionauditor.webhook.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the certificate to serve with. */
final class TlsOptions {

    private static final String IN_FILES = "files";
    private static final String SELF_MANAGED = "self-managed";

    @Option(
            names = "--tls",
            paramLabel = "HOW",
            defaultValue = IN_FILES,
            description = "Where the certificate comes from. files: somebody else, such as cert-manager, keeps it in"
                    + " files. self-managed: the webhook makes and renews it, shares it with its replicas in a Secret,"
                    + " and keeps the caBundle of its MutatingWebhookConfiguration. Default: ${DEFAULT-VALUE}")
    @Nullable String how;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Serving certificate and what leads to its authority, in PEM. Read again when it changes."
                    + " Required, unless it is self-managed.")
    @Nullable String certificate;

    @Option(
            names = "--tls-key",
            paramLabel = "FILE",
            description = "Private key of the certificate in PEM, unencrypted. Required, unless it is self-managed.")
    @Nullable String key;

    @Option(
            names = "--tls-secret",
            paramLabel = "NAME",
            defaultValue = "webhook-certificates",
            description = "Self-managed: the Secret that holds the certificates. Default: ${DEFAULT-VALUE}")
    @Nullable String secret;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            defaultValue = "injection-auditor",
            description = "Self-managed: namespace of the Secret and the Service. Default: ${DEFAULT-VALUE}")
    @Nullable String namespace;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            defaultValue = "webhook",
            description = "Self-managed: the Service that API servers call. Default: ${DEFAULT-VALUE}")
    @Nullable String service;

    @Option(
            names = "--webhook-configuration",
            paramLabel = "NAME",
            defaultValue = "injection-auditor",
            description = "Self-managed: the MutatingWebhookConfiguration whose caBundle is kept."
                    + " Default: ${DEFAULT-VALUE}")
    @Nullable String webhookConfiguration;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Self-managed: how to reach the API server. Default: the service account of the Pod, or"
                    + " KUBECONFIG, or ~/.kube/config")
    @Nullable String kubeconfig;

    @Option(
            names = "--client-ca",
            paramLabel = "FILE",
            description = "Authorities in PEM, read at the start. Only callers with a client certificate from one of"
                    + " them are answered. Default: everybody is")
    @Nullable String clientAuthority;

    @Option(
            names = "--client-name",
            paramLabel = "NAME",
            description = "With --client-ca: the common name that the certificate must have. Default: any")
    @Nullable String clientName;

    /** Who may call, null for everybody. */
    @Nullable ClientAuthority readClients(Settings settings) {
        if (clientAuthority == null) {
            if (clientName != null) {
                settings.problem("--client-name", "needs --client-ca");
            }
            return null;
        }
        Path file = settings.file("--client-ca", clientAuthority);
        try {
            return Files.isRegularFile(file) ? ClientAuthority.read(file, clientName) : null;
        } catch (IOException | CertificateException e) {
            settings.problem("--client-ca", Failures.inOneLine(e));
            return null;
        }
    }

    CertificateSource read(Settings settings) {
        String checked = settings.choice("--tls", how, List.of(IN_FILES, SELF_MANAGED), Function.identity());
        return checked.equals(SELF_MANAGED) ? readSelfManaged(settings) : readFiles(settings);
    }

    private CertificateSource readSelfManaged(Settings settings) {
        return new CertificateSource.SelfManaged(
                name(settings, "--namespace", namespace),
                name(settings, "--tls-secret", secret),
                name(settings, "--service", service),
                name(settings, "--webhook-configuration", webhookConfiguration),
                kubeconfig == null ? null : settings.file("--kubeconfig", kubeconfig));
    }

    private static String name(Settings settings, String option, @Nullable String value) {
        return settings.text(option, value, WatchedWebhook::isValidName, "a lower-case DNS name");
    }

    private CertificateSource readFiles(Settings settings) {
        Path certificateFile = settings.file("--tls-cert", certificate);
        Path keyFile = settings.file("--tls-key", key);
        if (Files.isRegularFile(certificateFile) && Files.isRegularFile(keyFile)) {
            try {
                TlsIdentity.of(Files.readAllBytes(certificateFile), Files.readString(keyFile), null);
            } catch (IOException | GeneralSecurityException e) {
                settings.problem("--tls-cert and --tls-key", Failures.inOneLine(e));
            }
        }
        return new CertificateSource.InFiles(certificateFile, keyFile);
    }
}
