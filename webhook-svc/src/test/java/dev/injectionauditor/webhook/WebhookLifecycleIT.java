package dev.injectionauditor.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.webhook.admission.Mutations;
import dev.injectionauditor.webhook.admission.ServiceHost;
import dev.injectionauditor.webhook.http.HttpLimits;
import dev.injectionauditor.webhook.spool.Spool;
import dev.injectionauditor.webhook.tls.CertificateSource;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the service comes, changes its certificate, and goes. There is no Kafka. */
@Timeout(60)
class WebhookLifecycleIT {

    private static final byte[] WEB = Recorded.body("020-CREATE-web-8d88b6668-.json");

    @TempDir
    private Path folder;

    private final LocalCertificates authority = new LocalCertificates();
    private final PatchOracle oracle = new PatchOracle("10.0.0.1");
    private final List<AutoCloseable> opened = new ArrayList<>();
    private ServingFiles tls;

    @BeforeEach
    void writeCertificate() throws IOException {
        tls = authority.writeServing(folder.resolve("tls"));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    @Test
    void shouldBeReadyWhenItHasAnsweredItself() throws Exception {
        WebhookService service = start(Duration.ZERO);
        ManagementPort management = new ManagementPort(service.managementPort());

        await().until(management::isReady);

        // Then its own request is not counted
        assertThat(management.metric("admissions_total{result=\"patched\"}")).isZero();
        assertThat(management.metric("answer_seconds_count")).isZero();
        assertThat(management.metric("events_waiting")).isZero();
    }

    @Test
    void shouldBeReadyWithAChainThatHasAnExpiredAuthorityInIt() throws Exception {
        LocalCertificates expired = new LocalCertificates(() -> Instant.now().minus(Duration.ofDays(2)));
        Files.writeString(tls.certificate(), Files.readString(tls.certificate()) + expired.authorityPem());

        ManagementPort management = new ManagementPort(start(Duration.ZERO).managementPort());

        await().until(management::isReady);
    }

    @Test
    void shouldServeANewCertificateOnNewConnections() throws Exception {
        WebhookService service = start(Duration.ZERO);
        WebhookCaller caller = caller(service);
        ManagementPort management = new ManagementPort(service.managementPort());
        try (SSLSocket old = caller.connect()) {
            // Given an open connection, and a certificate that is replaced
            ask(old);
            authority.writeServing(folder.resolve("tls"));

            // When the service has seen it
            await().until(() -> management.metric("certificate_exchanges_total") == 1);

            // Then new connections get the new one, and the old connection goes on
            try (SSLSocket connection = caller.connect()) {
                assertThat(served(connection)).isNotEqualTo(served(old));
            }
            ask(old);
        }

        // When it is replaced by one that is broken, the old one is kept, and a metric says so
        String key = Files.readString(tls.key());
        Files.writeString(tls.key(), "broken");
        await().until(() -> management.metric("certificate_newest_unusable") == 1);
        try (SSLSocket connection = caller.connect()) {
            ask(connection);
        }
        assertThat(management.isReady()).isTrue();
        Files.writeString(tls.key(), key);
        await().until(() -> management.metric("certificate_newest_unusable") == 0);
    }

    @Test
    void shouldGoOnAnsweringWhileItDrains() throws Exception {
        WebhookService service = start(Duration.ofSeconds(4));
        WebhookCaller caller = caller(service);
        ManagementPort management = new ManagementPort(service.managementPort());
        try (SSLSocket idle = caller.connect()) {
            // Given an open connection
            ask(idle);

            // When the service is told to stop
            long start = System.nanoTime();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(service::close);
            await().until(() -> management.get("/readyz").body().equals("stopping\n"));

            // Then new connections are answered and ended
            assertThat(management.get("/healthz").statusCode()).isEqualTo(200);
            try (SSLSocket another = caller.connect()) {
                askForTheLastTime(another);
            }

            // And so is the one that was open; nothing was sent on it until now
            askForTheLastTime(idle);

            // And the service ends in time, no earlier than it should
            stopped.join();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(22));
            assertThatThrownBy(caller::connect).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void shouldSurviveWhateverIsSent() throws Exception {
        WebhookService service = start(Duration.ZERO);
        WebhookCaller caller = caller(service);
        Random random = new Random(20261124);
        Mutations mutations = new Mutations(random);
        List<String> recorded = Recorded.names();

        // When mutated reviews come, and reviews of any Pod, then each is answered with an injection or turned away
        int injected = 0;
        int turnedAway = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] review = Recorded.body(recorded.get(random.nextInt(recorded.size())));
            byte[] body = random.nextBoolean() ? mutations.ofFields(review) : mutations.ofBytes(review);
            HttpResponse<byte[]> response = caller.review(body);
            if (response.statusCode() == 200) {
                assertThat(response.body()).asString(UTF_8).contains("\"allowed\":true");
                injected++;
            } else {
                assertThat(response.statusCode()).isBetween(400, 499);
                turnedAway++;
            }
        }
        assertThat(injected).isGreaterThan(100);
        assertThat(turnedAway).isGreaterThan(100);

        // And nothing has failed
        ManagementPort management = new ManagementPort(service.managementPort());
        assertThat(management.metric("failures_total")).isZero();
        assertThat(management.metric("events_lost_total{reason=\"unrecorded\"}"))
                .isZero();
        oracle.assertInjected(WEB, caller.review(WEB).body());
    }

    private void ask(SSLSocket connection) throws IOException {
        connection.getOutputStream().write(WebhookCaller.onTheWire(WEB));
        oracle.assertInjected(WEB, WebhookCaller.readAnswer(connection.getInputStream()));
    }

    private void askForTheLastTime(SSLSocket connection) throws IOException {
        connection.getOutputStream().write(WebhookCaller.onTheWire(WEB));
        assertThat(WebhookCaller.readHead(connection.getInputStream()))
                .startsWith("HTTP/1.1 200 ")
                .containsIgnoringCase("connection: close");
        oracle.assertInjected(WEB, connection.getInputStream().readAllBytes());
    }

    private static X509Certificate served(SSLSocket connection) throws IOException {
        return (X509Certificate) connection.getSession().getPeerCertificates()[0];
    }

    private WebhookCaller caller(WebhookService service) {
        WebhookCaller caller = new WebhookCaller(service.port(), authority.authorityPem());
        opened.add(caller);
        return caller;
    }

    private WebhookService start(Duration drain) throws Exception {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        WebhookService service = WebhookService.start(
                new WebhookConfig(
                        new WatchedWebhook("shoot-1", "webhook.example"),
                        new ServiceHost("10.0.0.1"),
                        "replica-1",
                        anyPort,
                        anyPort,
                        new CertificateSource.InFiles(tls.certificate(), tls.key()),
                        null,
                        new HttpLimits(4 * 1024 * 1024, Duration.ofSeconds(2), Duration.ofMinutes(3)),
                        drain,
                        null,
                        Spool.LEAST_BYTES,
                        KafkaSettings.of("127.0.0.1:" + FreePorts.find(1).getFirst(), Topics.defaults())),
                InstantSource.system());
        opened.add(service);
        return service;
    }
}
