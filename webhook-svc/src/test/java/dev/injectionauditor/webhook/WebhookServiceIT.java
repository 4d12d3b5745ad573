package dev.injectionauditor.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.webhook.admission.ServiceHost;
import dev.injectionauditor.webhook.http.HttpLimits;
import dev.injectionauditor.webhook.spool.Spool;
import dev.injectionauditor.webhook.tls.CertificateSource;
import dev.injectionauditor.webhook.tls.TlsIdentity;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole service over real TLS, with a real Kafka. */
@Timeout(120)
class WebhookServiceIT {

    private static final String HOST = "api.shoot.example";
    private static final byte[] WEB = Recorded.body("020-CREATE-web-8d88b6668-.json");

    private static LocalKafka kafka;
    private static LocalCertificates certificates;
    private static LocalCertificates.ServingFiles tls;

    private final PatchOracle oracle = new PatchOracle(HOST);
    private final Topics topics = new Topics("it-" + UUID.randomUUID());
    private final AtomicReference<Duration> clockAhead = new AtomicReference<>(Duration.ZERO);
    private WebhookService service;
    private WebhookCaller caller;

    @BeforeAll
    static void startKafka(@TempDir Path folder) throws Exception {
        kafka = LocalKafka.start(folder.resolve("kafka"), 0);
        certificates = new LocalCertificates();
        tls = certificates.writeServing(folder.resolve("tls"));
    }

    @AfterAll
    static void stopKafka() throws IOException {
        kafka.close();
    }

    @BeforeEach
    void start() throws Exception {
        kafka.createTopics(topics, 1);
        service = WebhookService.start(
                new WebhookConfig(
                        new WatchedWebhook("shoot-1", "webhook.example"),
                        new ServiceHost(HOST),
                        "replica-1",
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new CertificateSource.InFiles(tls.certificate(), tls.key()),
                        null,
                        new HttpLimits(4 * 1024 * 1024, Duration.ofSeconds(2), Duration.ofMinutes(3)),
                        Duration.ZERO,
                        null,
                        Spool.LEAST_BYTES,
                        KafkaSettings.of(kafka.bootstrapServers(), topics)),
                () -> Instant.now().plus(clockAhead.get()));
        caller = new WebhookCaller(service.port(), certificates.authorityPem());
    }

    @AfterEach
    void stop() {
        caller.close();
        service.close();
    }

    static List<String> recorded() {
        return Recorded.names();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void shouldAnswerWhatARealApiServerSent(String name) throws Exception {
        byte[] body = Recorded.body(name);

        HttpResponse<byte[]> response = caller.review(body);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        oracle.assertInjected(body, response.body());
    }

    @Test
    void shouldTellKafkaOfAnAdmission() throws Exception {
        // When a Pod is admitted
        caller.review(WEB);

        // Then the event is on the topic, under the key of the cluster, and fits its schema
        try (AdmissionTopic topic = new AdmissionTopic(kafka.bootstrapServers(), topics)) {
            ConsumerRecord<String, byte[]> record = topic.next(1).getFirst();
            assertThat(record.key()).isEqualTo("shoot-1");
            assertThat(record.headers()
                            .lastHeader(EventCodec.CONTENT_TYPE_HEADER)
                            .value())
                    .asString(UTF_8)
                    .isEqualTo("application/cloudevents+json; charset=UTF-8");
            assertThat(new AdmissionSchema()
                            .assertFits(record.value())
                            .get("id")
                            .stringValue())
                    .isEqualTo("ba92b94f-f7a2-4799-8411-daac72d88c62");
            assertThat(new EventCodec().decode(record.value()).source())
                    .isEqualTo(new WatchedWebhook("shoot-1", "webhook.example"));
        }
    }

    @Test
    void shouldTellKafkaNothingOfDryRunsAndUpdates() throws Exception {
        // Given a dry run, an update and a creation
        byte[] update = new String(WEB, UTF_8)
                .replace("\"operation\":\"CREATE\"", "\"operation\":\"UPDATE\"")
                .getBytes(UTF_8);
        caller.review(Recorded.body("031-CREATE-bare-dry.json"));
        oracle.assertUnchanged(update, caller.review(update).body());
        caller.review(Recorded.body("028-CREATE-bare.json"));

        // Then only the creation is on the topic
        try (AdmissionTopic topic = new AdmissionTopic(kafka.bootstrapServers(), topics)) {
            assertThat(topic.nextAdmissions(1)).extracting(Admission::name).containsExactly("bare");
        }
        assertThat(metric("admissions_total{result=\"ignored\"}")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void shouldAnswerManyRequestsOverOneConnection(String protocol) throws Exception {
        try (SSLSocket connection = caller.connect(protocol)) {
            assertThat(connection.getSession().getProtocol()).isEqualTo(protocol);
            for (int i = 0; i < 50; i++) {
                connection.getOutputStream().write(WebhookCaller.onTheWire(WEB));
                oracle.assertInjected(WEB, WebhookCaller.readAnswer(connection.getInputStream()));
            }
        }
        assertThat(metric("answer_seconds_count")).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/webhooks/kubernetes-service-host | POST | application/json | hello | 400 | the body is not JSON       | not-json",
                "/webhooks/kubernetes-service-host | POST | application/json | {}    | 400 | the body is not an AdmissionReview of admission.k8s.io/v1 | not-a-review",
                "/webhooks/kubernetes-service-host | POST | application/json | ''    | 400 | the body is empty          | empty",
                "/webhooks/kubernetes-service-host | POST | text/plain       | {}    | 415 | the body must be plain application/json | content-type",
                "/webhooks/kubernetes-service-host | PUT  | application/json | {}    | 405 | only POST is answered here | method",
                "/webhooks/other                   | POST | application/json | {}    | 404 | there is nothing under this path | path",
            })
    void shouldTurnAwayBadInput(
            String path, String method, String contentType, String body, int status, String text, String reason)
            throws Exception {
        HttpResponse<byte[]> response = caller.send(path, method, contentType, BodyPublishers.ofString(body));

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).asString(UTF_8).isEqualTo(text + "\n");
        awaitMetric("rejected_total{reason=\"" + reason + "\"}", 1); // counted after the answer is on its way
    }

    @Test
    void shouldTakeBodiesUpToTheLimitOnly() throws Exception {
        // Given a review as long as the limit, and one that is a byte longer
        int missing = 4 * 1024 * 1024 - WEB.length;
        byte[] longest = (new String(WEB, UTF_8) + " ".repeat(missing)).getBytes(UTF_8);
        byte[] tooLong = (new String(WEB, UTF_8) + " ".repeat(missing + 1)).getBytes(UTF_8);

        // Then one is answered and the other is not
        oracle.assertInjected(longest, caller.review(longest).body());
        HttpResponse<byte[]> response = caller.review(tooLong);
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).asString(UTF_8).isEqualTo("the body is over the limit\n");
    }

    @Test
    void shouldEndAConnectionWhoseRequestDoesNotCome() throws Exception {
        try (SSLSocket connection = caller.connect()) {
            connection.getOutputStream().write("POST /webh".getBytes(ISO_8859_1));

            assertThat(connection.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(metric("rejected_total{reason=\"too-slow\"}")).isEqualTo(1);
    }

    @Test
    void shouldSurviveCallersThatDoNotSpeakTls() throws Exception {
        // When somebody speaks plain HTTP, and somebody hangs up at once
        try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            connection.setSoTimeout(20_000);
            connection.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(ISO_8859_1));
            connection.getInputStream().readAllBytes();
        }
        new Socket(InetAddress.getLoopbackAddress(), service.port()).close();

        // Then it is counted, and the next caller is answered
        await().untilAsserted(
                        () -> assertThat(metric("connection_failures_total")).isPositive());
        oracle.assertInjected(WEB, caller.review(WEB).body());
    }

    @Test
    void shouldBeHealthyAndReadyAndShowMetrics() throws Exception {
        assertThat(management("/healthz").statusCode()).isEqualTo(200);
        await().untilAsserted(
                        () -> assertThat(management("/readyz").statusCode()).isEqualTo(200));
        assertThat(metric("certificate_expiry_timestamp_seconds"))
                .isEqualTo(TlsIdentity.of(Files.readAllBytes(tls.certificate()), Files.readString(tls.key()), null)
                        .notAfter()
                        .getEpochSecond());
        assertThat(metric("admissions_total{result=\"patched\"}")).isZero();
        assertThat(metric("admissions_total{result=\"stamped\"}")).isZero();
        caller.review(WEB);
        caller.review(Recorded.body("021-CREATE-db-0.json"));
        awaitMetric("admissions_total{result=\"patched\"}", 1);
        awaitMetric("admissions_total{result=\"stamped\"}", 1);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(metric("events_sent_total")).isEqualTo(2));
        assertThat(metric("events_waiting")).isZero();
        assertThat(metric("events_lost_total{reason=\"dropped\"}")).isZero();
    }

    @Test
    void shouldNotBeReadyWithoutAValidCertificate() throws Exception {
        // When the certificate has expired
        clockAhead.set(Duration.ofDays(3));

        // Then it says so, and goes on: a caller may still take it
        HttpResponse<String> readiness = management("/readyz");
        assertThat(readiness.statusCode()).isEqualTo(503);
        assertThat(readiness.body()).startsWith("the certificate is valid from ");
        assertThat(management("/healthz").statusCode()).isEqualTo(200);
        assertThat(caller.review(WEB).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldFinishWhatIsUnderWayWhenItStops() throws Exception {
        byte[] request = WebhookCaller.onTheWire(WEB);
        try (SSLSocket connection = caller.connect()) {
            // Given an answered request, so that the connection is surely known, and half of another
            OutputStream out = connection.getOutputStream();
            out.write(request);
            WebhookCaller.readAnswer(connection.getInputStream());
            out.write(request, 0, 1000);
            out.flush();
            await().untilAsserted(() -> assertThat(metric("connections")).isEqualTo(1));

            // When the service stops
            int port = service.port();
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(service::close);
            await().untilAsserted(() -> assertThatThrownBy(
                            () -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                    .isInstanceOf(ConnectException.class));
            assertThat(management("/readyz").body()).isEqualTo("stopping\n");

            // Then the rest of the request is answered, and the connection ends
            out.write(request, 1000, request.length - 1000);
            String head = WebhookCaller.readHead(connection.getInputStream());
            assertThat(head).startsWith("HTTP/1.1 200 ").containsIgnoringCase("connection: close");
            oracle.assertInjected(WEB, connection.getInputStream().readAllBytes());
            stopped.join();
        }

        // And Kafka has been told of all
        try (AdmissionTopic topic = new AdmissionTopic(kafka.bootstrapServers(), topics)) {
            assertThat(topic.next(2)).hasSize(2);
        }
    }

    private HttpResponse<String> management(String path) throws IOException, InterruptedException {
        return new ManagementPort(service.managementPort()).get(path);
    }

    private void awaitMetric(String name, double value) {
        await().untilAsserted(() -> assertThat(metric(name)).isEqualTo(value));
    }

    private double metric(String name) throws IOException, InterruptedException {
        return new ManagementPort(service.managementPort()).metric(name);
    }
}
