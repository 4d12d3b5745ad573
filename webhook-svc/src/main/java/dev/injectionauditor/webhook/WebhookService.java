package dev.injectionauditor.webhook;

import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.service.ManagementServer;
import dev.injectionauditor.service.Parts;
import dev.injectionauditor.webhook.admission.Injector;
import dev.injectionauditor.webhook.events.AdmissionSender;
import dev.injectionauditor.webhook.events.Backlog;
import dev.injectionauditor.webhook.events.MemoryBacklog;
import dev.injectionauditor.webhook.http.HttpsServer;
import dev.injectionauditor.webhook.http.TlsIdentity;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running service: its parts, wired by hand. Closing it takes at most 16 s. */
final class WebhookService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookService.class);

    // How long each part may take to close; together with the flush of the sender below what an operator waits for.
    private static final Duration MANAGEMENT_LIMIT = Duration.ofSeconds(1);
    private static final Duration SENDER_LIMIT = Duration.ofSeconds(8);
    private static final Duration SERVER_LIMIT = Duration.ofSeconds(6);
    private static final Duration FLUSH = Duration.ofSeconds(5);

    private final WebhookConfig config;
    private final InstantSource clock;
    private final Parts parts = new Parts();
    private volatile TlsIdentity tls;
    private volatile @Nullable HttpsServer server;
    private volatile @Nullable ManagementServer management;
    private volatile boolean stopping;

    private WebhookService(WebhookConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.tls = config.tls();
    }

    /**
     * Starts the service. It answers when this returns, whether Kafka is there or not.
     *
     * @throws IOException if a port cannot be bound
     */
    static WebhookService start(WebhookConfig config, InstantSource clock) throws IOException {
        WebhookService service = new WebhookService(config, clock);
        try {
            service.start();
            return service;
        } catch (IOException | RuntimeException e) {
            service.close();
            throw e;
        }
    }

    private void start() throws IOException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        WebhookMetrics metrics = new WebhookMetrics(registry);
        ManagementServer managing = parts.add(
                "management server",
                ManagementServer.start(config.managementAddress(), registry, this::health, this::readiness),
                MANAGEMENT_LIMIT);

        Backlog backlog = new MemoryBacklog(config.backlogCapacity());
        String topic = config.kafka().topics().of(EventType.ADMISSION);
        AdmissionSender sender = parts.add(
                "admission sender",
                new AdmissionSender(backlog, this::newProducer, topic, config.webhook(), FLUSH, clock),
                SENDER_LIMIT);

        Injector injector = new Injector(config.host(), config.replica());
        HttpsServer serving = parts.add(
                "webhook server",
                HttpsServer.start(
                        config.address(),
                        () -> tls.context(),
                        config.limits(),
                        body -> injector.answer(body, clock.instant()),
                        new AdmissionReporter(metrics, backlog)),
                SERVER_LIMIT);
        sender.start();

        metrics.watch(serving);
        metrics.watch(backlog, sender);
        metrics.watchExpiry(() -> tls.notAfter());
        management = managing;
        server = serving;
        LOG.atInfo()
                .addKeyValue("address", config.address().getAddress().getHostAddress())
                .addKeyValue("port", serving.port())
                .addKeyValue("managementPort", managing.port())
                .addKeyValue("cluster", config.webhook().cluster())
                .addKeyValue("webhook", config.webhook().webhook())
                .addKeyValue("kubernetesServiceHost", config.host().text())
                .addKeyValue("replica", config.replica())
                .addKeyValue("certificateExpires", tls.notAfter())
                .addKeyValue("kafka", config.kafka().bootstrapServers())
                .log("Answering admission requests");
    }

    /** Waits for an acknowledgement as long as it takes: a producer that gives up would let later events overtake. */
    private Producer<String, byte[]> newProducer() {
        return new KafkaProducer<>(config.kafka()
                .producer(Map.of(
                        ProducerConfig.CLIENT_ID_CONFIG, "injection-auditor-webhook",
                        ProducerConfig.MAX_BLOCK_MS_CONFIG, "3000",
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000",
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, String.valueOf(Integer.MAX_VALUE),
                        ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, "false")));
    }

    /** Kafka has no part in it: without it, the service is no worse off after a restart. */
    private Optional<String> health() {
        HttpsServer serving = server;
        return serving == null || stopping || serving.isListening()
                ? Optional.empty()
                : Optional.of("the listener is gone");
    }

    private Optional<String> readiness() {
        HttpsServer serving = server;
        if (stopping) {
            return Optional.of("stopping");
        }
        if (serving == null || !serving.isListening()) {
            return Optional.of("not listening");
        }
        return tls.isValidAt(clock.instant())
                ? Optional.empty()
                : Optional.of("the certificate is valid from " + tls.notBefore() + " to " + tls.notAfter());
    }

    /** The HTTPS port. */
    int port() {
        return requireStarted(server).port();
    }

    /** The management port. */
    int managementPort() {
        return requireStarted(management).port();
    }

    private static <T> T requireStarted(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("not started");
        }
        return part;
    }

    /** Becomes unready, stops accepting, answers what is under way, tells Kafka what is left, in bounded time. */
    @Override
    public void close() {
        stopping = true;
        LOG.info("Stopping");
        parts.close();
        LOG.info("Stopped");
    }
}
