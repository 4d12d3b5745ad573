package dev.injectionauditor.webhook;

import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaOptions;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.service.Settings;
import dev.injectionauditor.webhook.admission.ServiceHost;
import dev.injectionauditor.webhook.http.HttpLimits;
import dev.injectionauditor.webhook.spool.Spool;
import dev.injectionauditor.webhook.tls.CertificateSource;
import dev.injectionauditor.webhook.tls.ClientAuthority;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of the service as they are given, and how they become its configuration. */
final class WebhookOptions {

    private static final int LONGEST_REPLICA = 253;
    private static final int LEAST_BODY_LIMIT = 64 * 1024;
    private static final int MOST_BODY_LIMIT = 64 * 1024 * 1024;
    private static final Duration LONGEST_DRAIN = Duration.ofMinutes(10);

    @Option(
            names = "--cluster",
            paramLabel = "ID",
            description = "Id of the cluster that calls this webhook: a lower-case DNS name. Required.")
    @Nullable String cluster;

    @Option(
            names = "--webhook-name",
            paramLabel = "NAME",
            defaultValue = "kubernetes-service-host.injection-auditor.dev",
            description = "Name of the webhook in its MutatingWebhookConfiguration. Default: ${DEFAULT-VALUE}")
    @Nullable String webhookName;

    @Option(
            names = "--kubernetes-service-host",
            paramLabel = "HOST",
            description = "The value to inject: a DNS name or an IP address, IPv6 without brackets. Required.")
    @Nullable String host;

    @Option(
            names = "--replica",
            paramLabel = "NAME",
            description = "Which replica this is. Default: the variable HOSTNAME, else the name of the host")
    @Nullable String replica;

    @Option(
            names = "--address",
            paramLabel = "IP",
            defaultValue = "0.0.0.0",
            description = "Where both ports listen. Default: ${DEFAULT-VALUE}, which is every address, IPv6 included")
    @Nullable String address;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8443",
            description = "HTTPS, for kube-apiserver; 0 takes any free port. Default: ${DEFAULT-VALUE}")
    @Nullable String port;

    @Option(
            names = "--management-port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "Plain HTTP: /healthz, /readyz, /metrics; 0 takes any free port. Default: ${DEFAULT-VALUE}")
    @Nullable String managementPort;

    @Mixin
    TlsOptions tls = new TlsOptions();

    @Option(
            names = "--max-body-bytes",
            paramLabel = "BYTES",
            defaultValue = "4194304",
            description = "Longest request body that is read. Default: ${DEFAULT-VALUE}")
    @Nullable String maxBodyBytes;

    @Option(
            names = "--request-timeout",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "How long a request or a TLS handshake may take to arrive whole. Default: ${DEFAULT-VALUE}")
    @Nullable String requestTimeout;

    @Option(
            names = "--idle-timeout",
            paramLabel = "DURATION",
            defaultValue = "3m",
            description =
                    "How long a connection stays open between requests. kube-apiserver closes idle ones after 90 s;"
                            + " keep this longer. Default: ${DEFAULT-VALUE}")
    @Nullable String idleTimeout;

    @Option(
            names = "--drain",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description =
                    "How long the service goes on answering when it is told to stop, until everybody knows that it is"
                            + " leaving. The grace period of its Pod must be 18 s longer. Default: ${DEFAULT-VALUE}")
    @Nullable String drain;

    @Option(
            names = "--spool-folder",
            paramLabel = "FOLDER",
            description =
                    "Where admission events wait for Kafka; made if it is not there, and used by one process at a time."
                            + " Without it they wait in memory and end with the process.")
    @Nullable String spoolFolder;

    @Option(
            names = "--spool-bytes",
            paramLabel = "BYTES",
            defaultValue = "67108864",
            description =
                    "How much room the waiting events take up at most, on disk or in memory; beyond it the oldest are"
                            + " dropped. An event takes about 600 bytes. Default: ${DEFAULT-VALUE}")
    @Nullable String spoolBytes;

    @Mixin
    KafkaOptions kafka = new KafkaOptions();

    /**
     * Checks all options.
     *
     * @throws dev.injectionauditor.service.BadSettingsException with all that is wrong
     */
    WebhookConfig read(Map<String, String> environment) {
        Settings settings = new Settings();
        String checkedCluster =
                settings.text("--cluster", cluster, WatchedWebhook::isValidName, "a lower-case DNS name");
        String checkedName =
                settings.text("--webhook-name", webhookName, WatchedWebhook::isValidName, "a lower-case DNS name");
        String checkedHost = settings.text(
                "--kubernetes-service-host",
                host,
                ServiceHost::isValid,
                "a DNS name or an IP address (IPv6 without brackets)");
        String checkedReplica = settings.text(
                "--replica",
                replica != null ? replica : hostName(environment),
                name -> name.length() <= LONGEST_REPLICA,
                "at most " + LONGEST_REPLICA + " characters long");
        Optional<InetAddress> checkedAddress = readAddress(settings);
        int checkedPort = settings.port("--port", port);
        int checkedManagementPort = settings.port("--management-port", managementPort);
        CertificateSource certificate = tls.read(settings);
        ClientAuthority clients = tls.readClients(settings);
        HttpLimits limits = new HttpLimits(
                settings.number("--max-body-bytes", maxBodyBytes, LEAST_BODY_LIMIT, MOST_BODY_LIMIT),
                settings.duration("--request-timeout", requestTimeout, Duration.ofMillis(100), Duration.ofMinutes(5)),
                settings.duration("--idle-timeout", idleTimeout, Duration.ofSeconds(1), Duration.ofDays(1)));
        Duration checkedDrain = settings.duration("--drain", drain, Duration.ZERO, LONGEST_DRAIN);
        int checkedSpoolBytes =
                settings.number("--spool-bytes", spoolBytes, (int) Spool.LEAST_BYTES, Integer.MAX_VALUE);
        KafkaSettings checkedKafka = KafkaSettings.read(settings, kafka, environment);
        settings.check();
        return new WebhookConfig(
                new WatchedWebhook(checkedCluster, checkedName),
                new ServiceHost(checkedHost),
                checkedReplica,
                new InetSocketAddress(checkedAddress.orElseThrow(), checkedPort),
                new InetSocketAddress(checkedAddress.orElseThrow(), checkedManagementPort),
                certificate,
                clients,
                limits,
                checkedDrain,
                spoolFolder == null ? null : Path.of(spoolFolder),
                checkedSpoolBytes,
                checkedKafka);
    }

    private static @Nullable String hostName(Map<String, String> environment) {
        String name = environment.get("HOSTNAME");
        if (name != null && !name.isBlank()) {
            return name;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return null; // then it has to be set
        }
    }

    private Optional<InetAddress> readAddress(Settings settings) {
        String text = settings.text("--address", address);
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            settings.problem("--address", "must be an IP address");
            return Optional.empty();
        }
    }
}
