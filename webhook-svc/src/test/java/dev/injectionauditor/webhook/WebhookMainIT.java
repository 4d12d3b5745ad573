package dev.injectionauditor.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.Topics;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service as a process of its own. */
@Timeout(120)
class WebhookMainIT {

    private static final Path JAR = Path.of("target", "webhook-svc.jar");
    private static final Pattern PORT = Pattern.compile(" port=\"(\\d+)\"");
    private static final byte[] BARE = Recorded.body("028-CREATE-bare.json");

    @TempDir
    private Path folder;

    private final LocalCertificates certificates = new LocalCertificates();
    private ServingFiles tls;

    @BeforeEach
    void writeCertificate() throws IOException {
        tls = certificates.writeServing(folder.resolve("tls"));
    }

    @Test
    void shouldRunFromTheEnvironmentAloneAndStopWhenToldTo() throws Exception {
        int kafkaPort = FreePorts.find(1).getFirst();

        // Given a service that was started by environment variables, without a Kafka
        Process process = start(Map.of(
                "INJECTION_AUDITOR_CLUSTER", "shoot-1",
                "INJECTION_AUDITOR_KUBERNETES_SERVICE_HOST", "10.0.0.1",
                "INJECTION_AUDITOR_ADDRESS", "127.0.0.1",
                "INJECTION_AUDITOR_PORT", "0",
                "INJECTION_AUDITOR_MANAGEMENT_PORT", "0",
                "INJECTION_AUDITOR_DRAIN", "1s",
                "INJECTION_AUDITOR_TLS_CERT", tls.certificate().toString(),
                "INJECTION_AUDITOR_TLS_KEY", tls.key().toString(),
                "INJECTION_AUDITOR_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + kafkaPort,
                "HOSTNAME", "webhook-0"));
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> PORT.matcher(log()).find());

            // When a Pod is admitted
            try (WebhookCaller caller = new WebhookCaller(port(), certificates.authorityPem())) {
                HttpResponse<byte[]> response = caller.review(BARE);

                // Then it is answered, Kafka or not
                new PatchOracle("10.0.0.1").assertInjected(BARE, response.body());
            }

            // And Kafka is told when it is there, the replica's name included
            try (LocalKafka kafka = LocalKafka.start(folder.resolve("kafka"), kafkaPort)) {
                kafka.createTopics(Topics.defaults(), 1);
                try (AdmissionTopic topic = new AdmissionTopic(kafka.bootstrapServers(), Topics.defaults())) {
                    assertThat(topic.nextAdmissions(1))
                            .extracting(Admission::replica)
                            .containsExactly("webhook-0");
                }

                // And SIGTERM ends it in good time
                process.destroy();
                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(log()).contains("Stopping").endsWith("Stopped \n");
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldListAllBadSettings() throws Exception {
        // Given settings of which most are bad, with a secret among them
        Files.writeString(tls.key(), "hunter2");
        Process process = start(
                Map.of(
                        "INJECTION_AUDITOR_CLUSTER", "Not A Name",
                        "INJECTION_AUDITOR_WEBHOOK_NAME", "-",
                        "INJECTION_AUDITOR_KUBERNETES_SERVICE_HOST", "https://api.example",
                        "INJECTION_AUDITOR_KAFKA_CLIENT_SASL_JAAS_CONFIG", "hunter2",
                        "INJECTION_AUDITOR_KAFKA_CLIENT_ACKS", "0"),
                "--address=localhost",
                "--port=65536",
                "--management-port=x",
                "--tls-cert=" + tls.certificate(),
                "--tls-key=" + tls.key(),
                "--max-body-bytes=1",
                "--request-timeout=0s",
                "--idle-timeout=never",
                "--drain=11m",
                "--spool-bytes=1",
                "--replica=" + "r".repeat(254),
                "--kafka-bootstrap-servers=",
                "--kafka-topic-prefix=a/b");

        // Then it does not start, and names each of them
        assertThat(exitCode(process)).isEqualTo(2);
        assertThat(log().lines().map(line -> line.substring(0, line.indexOf(": "))))
                .containsExactlyInAnyOrder(
                        "--cluster",
                        "--webhook-name",
                        "--kubernetes-service-host",
                        "--replica",
                        "--address",
                        "--port",
                        "--management-port",
                        "--tls-cert and --tls-key",
                        "--max-body-bytes",
                        "--request-timeout",
                        "--idle-timeout",
                        "--drain",
                        "--spool-bytes",
                        "--kafka-bootstrap-servers",
                        "--kafka-topic-prefix",
                        "--kafka-property");
        assertThat(log()).doesNotContain("hunter2");
    }

    @Test
    void shouldSayWhatIsMissing() throws Exception {
        assertThat(exitCode(start(Map.of()))).isEqualTo(2);

        assertThat(log().lines())
                .containsExactly(
                        "--cluster: is missing",
                        "--kubernetes-service-host: is missing",
                        "--tls-cert: is missing",
                        "--tls-key: is missing");
    }

    @Test
    void shouldSayThatAPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Process process = start(
                    Map.of(),
                    "--cluster=shoot-1",
                    "--kubernetes-service-host=10.0.0.1",
                    "--address=127.0.0.1",
                    "--port=" + taken.getLocalPort(),
                    "--management-port=0",
                    "--tls-cert=" + tls.certificate(),
                    "--tls-key=" + tls.key());

            assertThat(exitCode(process)).isEqualTo(1);
            assertThat(log())
                    .contains("cannot start: IOException: cannot listen on /127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void shouldExplainItself() throws Exception {
        assertThat(exitCode(start(Map.of(), "--help"))).isZero();

        assertThat(log()).contains("--cluster", "--spool-folder", "--kafka-property", "INJECTION_AUDITOR_LOG_LEVEL");
    }

    private Process start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.to(folder.resolve("log").toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    private int port() throws IOException {
        Matcher port = PORT.matcher(log());
        assertThat(port.find()).isTrue();
        return Integer.parseInt(port.group(1));
    }

    private static int exitCode(Process process) throws InterruptedException {
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
