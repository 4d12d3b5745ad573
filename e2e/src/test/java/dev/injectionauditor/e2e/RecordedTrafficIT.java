package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.ServiceProcess;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The recorded scenario through the webhook, Kafka and the watch, with the packaged services as processes of their own,
 * against what the import of the recorded audit log says of the same scenario.
 */
@Timeout(600)
class RecordedTrafficIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String CLUSTER = "recorded";
    private static final String CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    private static final String NAMESPACES = "/api/v1/namespaces";
    private static final String PODS = "/api/v1/pods";

    /** When the recorded webhook was frozen: that moment is moved to now, so that its late answer is near its Pod. */
    private static final Instant FROZEN = Instant.parse("2026-11-23T06:43:30Z");

    // Versions around that of the Pod "unhooked", which was made while there was no configuration.
    private static final String BEFORE_ALL_PODS = "600";
    private static final String UNHOOKED = "878";
    private static final String DELETED = "877";
    private static final String RESTORED = "882";
    private static final String AFTER_UNHOOKED = "884";

    @TempDir
    Path folder;

    private final Duration shift = Duration.between(FROZEN, Instant.now().truncatedTo(ChronoUnit.SECONDS));
    private final LocalCertificates certificates = new LocalCertificates();

    @Test
    void shouldFindTheSameTwoWindowsAsTheAuditLog() throws Exception {
        RecordedTraffic traffic = new RecordedTraffic(shift);
        Topics topics = SERVICES.freshTopics(3);
        String audited = SERVICES.emptyDatabase();
        List<Integer> ports = FreePorts.find(3);
        JsonNode configured =
                traffic.configuration(UUID.randomUUID().toString(), "2026-11-23T06:43:00Z", BEFORE_ALL_PODS);
        try (ReplayedCluster cluster = new ReplayedCluster(
                        Map.of(CONFIGURATIONS, List.of(configured), NAMESPACES, List.of(), PODS, List.of()),
                        BEFORE_ALL_PODS);
                ServiceProcess webhook = webhook(topics, ports.get(0), ports.get(1));
                ServiceProcess auditor = auditor(topics, ports.get(2), cluster, audited)) {
            webhook.awaitReady();
            auditor.awaitReady();

            // When the webhook gets the recorded requests, and the watch tells of the Pods with its stamps
            traffic.callWebhook(body -> post(ports.get(0), body));
            playPods(cluster, traffic, configured, ports.get(2));

            // Then Pods and windows are those that the audit log tells of
            String imported = SERVICES.emptyDatabase();
            JsonNode summary = importAuditLog(imported);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(windows(audited)).hasSize(2).isEqualTo(windowsOf(summary)));
            assertThat(windows(audited))
                    .extracting(window -> window.toList().getLast())
                    .containsExactly(7L, 4L);
            for (int window = 0; window < 2; window++) {
                assertThat(namesIn(window, audited, "pod_name", "pod", "created_at", "verdict in ('missed', 'preset')"))
                        .isEqualTo(namesIn(window, imported, "pod_name", "logged_miss", "missed_at", "true"));
            }

            // And the verdicts are those of the recording's README, and each call but the dry run was told
            await().atMost(PATIENCE).untilAsserted(() -> assertVerdicts(audited));
        }
    }

    private static void assertVerdicts(String audited) throws SQLException {
        assertThat(Rows.of(audited, "select verdict, count(*) from pod group by 1 order by 1"))
                .containsExactly(tuple("injected", 18L), tuple("missed", 10L), tuple("preset", 1L));
        assertThat(Rows.of(audited, "select pod_name from pod where verdict = 'preset'"))
                .containsExactly(tuple("preset"));
        assertThat(Rows.of(audited, "select from pod where pod_name = 'unhooked'"))
                .isEmpty();
        assertThat(Rows.of(audited, "select cause from pod where pod_name = 'slow-a'"))
                .containsExactly(tuple("late-answer"));
        assertThat(Rows.of(audited, "select count(*) from admission")).containsExactly(tuple(21L));
    }

    private ServiceProcess webhook(Topics topics, int port, int managementPort) throws IOException {
        LocalCertificates.ServingFiles files = certificates.writeServing(folder.resolve("tls"));
        return service(
                "webhook",
                topics,
                managementPort,
                "--kubernetes-service-host=api.example",
                "--port=" + port,
                "--tls-cert=" + files.certificate(),
                "--tls-key=" + files.key());
    }

    private ServiceProcess auditor(Topics topics, int managementPort, ReplayedCluster cluster, String database)
            throws IOException {
        return service(
                "auditor",
                topics,
                managementPort,
                "--roles=observe,audit",
                "--kubeconfig=" + cluster.writeKubeconfig(folder.resolve("kubeconfig")),
                "--postgres-url=" + database,
                "--postgres-user=" + LocalPostgres.USER,
                "--probe-interval=1s");
    }

    private ServiceProcess service(String name, Topics topics, int managementPort, String... options)
            throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "--cluster=" + CLUSTER,
                "--webhook-name=" + RecordedTraffic.WEBHOOK,
                "--address=127.0.0.1",
                "--management-port=" + managementPort,
                "--kafka-topic-prefix=" + topics.prefix(),
                "--kafka-bootstrap-servers=" + SERVICES.kafka().bootstrapServers()));
        all.addAll(List.of(options));
        return new ServiceProcess(
                name,
                Path.of("..", name + "-svc", "target", name + "-svc.jar"),
                all,
                managementPort,
                folder.resolve(name + ".log"));
    }

    private byte[] post(int port, byte[] body) throws IOException, InterruptedException {
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(certificates.clientContext()).build()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port
                                            + "/webhooks/kubernetes-service-host?timeout=2s"))
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofByteArray(body))
                                    .build(),
                            BodyHandlers.ofByteArray())
                    .body();
        }
    }

    /**
     * Plays the watch of Pods, and takes the configuration away and back where it was in the recording. Two watches are
     * two connections, so each change has to be seen before the Pods go on: its probes show what the auditor knows.
     */
    private static void playPods(
            ReplayedCluster cluster, RecordedTraffic traffic, JsonNode configured, int managementPort) {
        for (JsonNode event : traffic.podEvents()) {
            String version = event.at("/object/metadata/resourceVersion").asString();
            if (version.equals(UNHOOKED)) {
                JsonNode gone = traffic.configuration(
                        configured.at("/metadata/uid").asString(), "2026-11-23T06:43:00Z", DELETED);
                cluster.play(CONFIGURATIONS, event("DELETED", gone));
                awaitAnotherProbe(managementPort, "no-configuration");
            } else if (version.equals(AFTER_UNHOOKED)) {
                JsonNode restored =
                        traffic.configuration(UUID.randomUUID().toString(), "2026-11-23T06:43:43Z", RESTORED);
                cluster.play(CONFIGURATIONS, event("ADDED", restored));
                awaitAnotherProbe(managementPort, "no-namespace");
            }
            cluster.play(PODS, event);
        }
    }

    private static JsonNode event(String type, JsonNode object) {
        return JsonMapper.shared().createObjectNode().put("type", type).set("object", object);
    }

    private static void awaitAnotherProbe(int managementPort, String result) {
        double before = probes(managementPort, result);
        await().atMost(PATIENCE).until(() -> probes(managementPort, result) > before);
    }

    private static double probes(int managementPort, String result) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String metrics = client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/metrics"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            return metrics.lines()
                    .filter(line -> line.startsWith("injection_auditor_probes_total{result=\"" + result + "\"}"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                    .sum();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode importAuditLog(String database) throws IOException, InterruptedException {
        Path output = folder.resolve("import");
        Process process = new ProcessBuilder(Import.command(
                        "--postgres-url=" + database,
                        "--postgres-user=" + LocalPostgres.USER,
                        "--json",
                        RecordedTraffic.AUDIT_LOG.toString()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        List<String> lines = Files.readAllLines(output);
        assertThat(process.exitValue()).as("%s", lines).isZero();
        return JsonMapper.shared().readTree(lines.getLast());
    }

    /** Moved in time, and to the whole seconds that a creationTimestamp has. */
    private List<Tuple> windowsOf(JsonNode summary) {
        return summary.get("windows")
                .valueStream()
                .map(window -> tuple(
                        moved(window.at("/startedBetween/0")),
                        moved(window.at("/startedBetween/1")),
                        moved(window.at("/endedBetween/0")),
                        moved(window.at("/endedBetween/1")),
                        window.get("missed").asLong()))
                .toList();
    }

    private Instant moved(JsonNode time) {
        return Instant.parse(time.asString()).truncatedTo(ChronoUnit.SECONDS).plus(shift);
    }

    private static List<Tuple> windows(String database) throws SQLException {
        return Rows.of(
                database,
                "select started_after, started_by, ended_after, ended_before, missed + preset from outage"
                        + " order by started_by");
    }

    private static List<Tuple> namesIn(
            int window, String database, String name, String table, String time, String condition) throws SQLException {
        return Rows.of(
                database,
                "select %s from %s where %s and %s between (select started_by from outage order by 1 limit 1 offset %d)"
                                .formatted(name, table, condition, time, window)
                        + " and (select ended_after from outage order by started_by limit 1 offset %d) order by 1"
                                .formatted(window));
    }
}
