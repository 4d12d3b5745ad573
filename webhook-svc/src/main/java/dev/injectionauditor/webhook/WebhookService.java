package dev.injectionauditor.webhook;

import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.service.ManagementServer;
import dev.injectionauditor.service.Parts;
import dev.injectionauditor.webhook.admission.Injector;
import dev.injectionauditor.webhook.admission.Outcome;
import dev.injectionauditor.webhook.events.AdmissionProducer;
import dev.injectionauditor.webhook.events.AdmissionSender;
import dev.injectionauditor.webhook.http.CallerCheck;
import dev.injectionauditor.webhook.http.HttpsServer;
import dev.injectionauditor.webhook.selfmanaged.SelfManagedCertificates;
import dev.injectionauditor.webhook.spool.Spool;
import dev.injectionauditor.webhook.tls.CertificateSource;
import dev.injectionauditor.webhook.tls.Certificates;
import dev.injectionauditor.webhook.tls.FileCertificates;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running service: its parts, wired by hand. Closing it takes at most 18 s longer than the drain, so that the
 * default fits into the 30 s that Kubernetes grants a Pod.
 */
final class WebhookService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookService.class);

    // How long each part may take to close; together with the flush of the sender below what an operator waits for.
    private static final Duration MANAGEMENT_LIMIT = Duration.ofSeconds(1);
    private static final Duration SPOOL_LIMIT = Duration.ofSeconds(1);
    private static final Duration SENDER_LIMIT = Duration.ofSeconds(6);
    private static final Duration SERVER_LIMIT = Duration.ofSeconds(5);
    private static final Duration CERTIFICATES_LIMIT = Duration.ofSeconds(2);
    private static final Duration SELF_CHECK_LIMIT = Duration.ofSeconds(2);
    private static final Duration DRAIN_SPARE = Duration.ofSeconds(1);
    private static final Duration FLUSH = Duration.ofSeconds(5);

    private final WebhookConfig config;
    private final InstantSource clock;
    private final WebhookHealth health;
    private final Parts parts = new Parts();
    private volatile @Nullable HttpsServer server;
    private volatile @Nullable ManagementServer management;

    private WebhookService(WebhookConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.health = new WebhookHealth(clock);
    }

    /**
     * Starts the service. It answers when this returns, whether Kafka is there or not.
     *
     * @throws IOException if a port cannot be bound
     * @throws GeneralSecurityException if there is no certificate to begin with
     */
    static WebhookService start(WebhookConfig config, InstantSource clock)
            throws IOException, GeneralSecurityException {
        WebhookService service = new WebhookService(config, clock);
        try {
            service.start();
            return service;
        } catch (Throwable e) { // an Error too: what has been started would keep the process alive
            service.close();
            throw e;
        }
    }

    private void start() throws IOException, GeneralSecurityException {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        WebhookMetrics metrics = new WebhookMetrics(registry);
        ManagementServer managing = parts.add(
                "management server",
                ManagementServer.start(config.managementAddress(), registry, health::problem, health::unready),
                MANAGEMENT_LIMIT);
        management = managing;

        Spool spool = parts.add("spool", Spool.open(config.spoolFolder(), config.spoolBytes(), clock), SPOOL_LIMIT);
        AdmissionRecorder recorder = new AdmissionRecorder(config.webhook(), spool::append);
        String topic = config.kafka().topics().of(EventType.ADMISSION);
        AdmissionSender sender = parts.add(
                "admission sender",
                new AdmissionSender(
                        spool,
                        () -> AdmissionProducer.create(config.kafka()),
                        topic,
                        config.webhook().cluster(),
                        FLUSH,
                        clock),
                SENDER_LIMIT);

        Certificates serving = parts.add("certificates", openCertificates(), CERTIFICATES_LIMIT);

        UUID selfCheckUid = UUID.randomUUID();
        String selfCheckToken = UUID.randomUUID().toString();
        LastAnswer lastAnswer = new LastAnswer();
        Injector injector = new Injector(config.host(), config.replica());
        HttpsServer listener = parts.add(
                "webhook server",
                HttpsServer.start(
                        config.address(),
                        serving::current,
                        new CallerCheck(config.clients(), selfCheckToken),
                        config.limits(),
                        body -> answer(injector, recorder, body),
                        new AdmissionReporter(metrics, selfCheckUid, lastAnswer)),
                SERVER_LIMIT);
        server = listener;
        InetSocketAddress bound = new InetSocketAddress(config.address().getAddress(), listener.port());
        SelfCheck checking = parts.add(
                "self-check",
                new SelfCheck(bound, serving::current, selfCheckUid, selfCheckToken, lastAnswer, clock),
                SELF_CHECK_LIMIT);
        AutoCloseable drain = () -> drain(listener);
        parts.add("drain", drain, config.drain().plus(DRAIN_SPARE));

        serving.start();
        checking.start();
        sender.start();
        metrics.watch(listener);
        metrics.watch(recorder, spool, sender);
        metrics.watch(serving);
        health.started(listener, checking, serving);
        LOG.atInfo()
                .addKeyValue("address", config.address().getAddress().getHostAddress())
                .addKeyValue("port", listener.port())
                .addKeyValue("managementPort", managing.port())
                .addKeyValue("cluster", config.webhook().cluster())
                .addKeyValue("webhook", config.webhook().webhook())
                .addKeyValue("kubernetesServiceHost", config.host().text())
                .addKeyValue("replica", config.replica())
                .addKeyValue("kafka", config.kafka().bootstrapServers())
                .log("Answering admission requests");
    }

    private Outcome answer(Injector injector, AdmissionRecorder recorder, byte[] body) {
        Outcome outcome = injector.answer(body, clock.instant());
        if (outcome instanceof Outcome.Injected injected && !injected.dryRun()) {
            recorder.record(injected.admission());
        }
        return outcome;
    }

    private Certificates openCertificates() throws IOException, GeneralSecurityException {
        return switch (config.certificate()) {
            case CertificateSource.InFiles(Path certificate, Path key) ->
                new FileCertificates(certificate, key, config.clients(), clock);
            case CertificateSource.SelfManaged where ->
                new SelfManagedCertificates(where, config.webhook().webhook(), config.clients(), clock);
        };
    }

    /**
     * Requests keep coming for a while after the service has been told to stop, until everybody on their way has
     * learned of it: they are answered, and their connections end one by one.
     */
    private void drain(HttpsServer listener) throws InterruptedException {
        listener.drain();
        Thread.sleep(config.drain());
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

    /**
     * Becomes unready, drains, stops accepting, answers what is under way, tells Kafka what is left, in bounded time.
     */
    @Override
    public void close() {
        health.stopping();
        LOG.info("Stopping");
        parts.close();
        LOG.info("Stopped");
    }
}
