package dev.injectionauditor.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two replicas are replaced one after the other, as a Deployment does with {@code maxUnavailable: 0}, while 100 Pods
 * are created in a second. The balancer before them learns of each change 3 s late.
 */
@Timeout(180)
class RollingRestartIT {

    private static final Duration LATE = Duration.ofSeconds(3);
    private static final int PER_SECOND = 100;

    @TempDir
    private Path folder;

    private final LocalCertificates oldAuthority = new LocalCertificates();
    private final LocalCertificates newAuthority = new LocalCertificates();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private ServingFiles secret;
    private WebhookProcess a;
    private WebhookProcess b;
    private LateBalancer balancer;
    private PodCreations pods;

    @BeforeEach
    void mountSecret() throws IOException {
        // As the kubelet mounts a Secret
        oldAuthority.writeServing(folder.resolve("..1"));
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
        secret = new ServingFiles(
                Files.createSymbolicLink(folder.resolve("tls.crt"), Path.of("..data/tls.crt")),
                Files.createSymbolicLink(folder.resolve("tls.key"), Path.of("..data/tls.key")));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    @Test
    void shouldMissNothing() throws Exception {
        startTwoUnderLoad();

        // When each is replaced: a new one is ready, so an old one is told to stop, and the balancer hears of it later
        WebhookProcess c = replica("c").awaitReady();
        a.tellToStop();
        balancer.change(ports(b, c));
        WebhookProcess d = replica("d").awaitReady();
        b.tellToStop();
        balancer.change(ports(c, d));

        // Then the old ones end by themselves, in less than their grace period
        assertThat(a.endsWithin(Duration.ofSeconds(30))).isTrue();
        assertThat(b.endsWithin(Duration.ofSeconds(30))).isTrue();
        pods.dropConnections();
        awaitMore(pods);
        assertThat(answered(c) + answered(d)).isGreaterThan(5 * PER_SECOND);
        pods.close();

        // And nothing was missed
        assertThat(pods.misses()).isEmpty();
        assertThat(pods.made()).isGreaterThan(10 * PER_SECOND);
    }

    @Test
    void shouldMissNothingWhileTheCertificateAndItsAuthorityChange() throws Exception {
        startTwoUnderLoad();

        // When a new pair comes while one of them is replaced
        WebhookProcess c = replica("c").awaitReady();
        a.tellToStop();
        balancer.change(ports(b, c));
        newAuthority.writeServing(folder.resolve("..2"));
        Files.createSymbolicLink(folder.resolve("..new"), Path.of("..2"));
        Files.move(folder.resolve("..new"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        for (WebhookProcess replica : List.of(b, c)) {
            await().until(() -> replica.management().metric("certificate_exchanges_total") == 1);
        }

        // Then old connections are answered and new ones too
        awaitMore(pods);
        pods.dropConnections();
        awaitMore(pods);
        assertThat(a.endsWithin(Duration.ofSeconds(30))).isTrue();
        pods.close();
        assertThat(pods.misses()).isEmpty();

        // And it is the new certificate that is served
        for (WebhookProcess replica : List.of(b, c)) {
            try (WebhookCaller onlyTheNew = new WebhookCaller(replica.port(), newAuthority.authorityPem())) {
                onlyTheNew.connect().close();
            }
        }
    }

    /** The other tests mean something only if such a miss would show in them. */
    @Test
    void shouldMissSomethingWithoutADrain() throws Exception {
        startTwoUnderLoad("--drain=0s");

        a.tellToStop();
        balancer.change(ports(b));

        await().pollInterval(Duration.ofMillis(100)).untilAsserted(() -> {
            pods.dropConnections();
            assertThat(pods.misses()).isNotEmpty();
        });
    }

    /** @param optionsOfFirst more options of the first one */
    private void startTwoUnderLoad(String... optionsOfFirst) throws IOException {
        a = replica("a", optionsOfFirst).awaitReady();
        b = replica("b").awaitReady();
        warmUp(a);
        warmUp(b);
        balancer = balancer(a, b);
        pods = creations(balancer);
        awaitMore(pods);
    }

    /** What is to be replaced has run for long, and the caller too: one handshake and call after the other. */
    private void warmUp(WebhookProcess replica) throws IOException {
        byte[] request = WebhookCaller.onTheWire(Recorded.body("020-CREATE-web-8d88b6668-.json"));
        try (WebhookCaller caller = new WebhookCaller(replica.port(), oldAuthority.authorityPem())) {
            for (int i = 0; i < PER_SECOND; i++) {
                try (SSLSocket connection = caller.connect()) {
                    connection.getOutputStream().write(request);
                    WebhookCaller.readAnswer(connection.getInputStream());
                }
            }
        }
    }

    private WebhookProcess replica(String name, String... options) throws IOException {
        // No Kafka: what it does when it stops must not depend on it.
        List<String> all = new ArrayList<>(List.of(
                "--replica=" + name,
                "--kafka-bootstrap-servers=127.0.0.1:" + FreePorts.find(1).getFirst(),
                "--spool-folder=" + folder.resolve("spool-" + name)));
        all.addAll(List.of(options));
        WebhookProcess replica =
                WebhookProcess.start(folder.resolve(name + ".log"), secret, all.toArray(String[]::new));
        opened.add(replica);
        return replica;
    }

    private LateBalancer balancer(WebhookProcess... replicas) throws IOException {
        LateBalancer balancer = new LateBalancer(LATE, ports(replicas));
        opened.add(balancer);
        return balancer;
    }

    private PodCreations creations(LateBalancer balancer) {
        PodCreations pods = new PodCreations(
                balancer.port(),
                WebhookCaller.trusting(oldAuthority.authorityPem() + newAuthority.authorityPem()),
                PER_SECOND);
        opened.add(pods);
        return pods;
    }

    /** Waits for another second's worth of Pods. */
    private static void awaitMore(PodCreations pods) {
        int before = pods.made();
        await().until(() -> pods.made() >= before + PER_SECOND);
    }

    private static double answered(WebhookProcess replica) throws IOException, InterruptedException {
        return replica.management().metric("admissions_total{result=\"patched\"}");
    }

    private static List<Integer> ports(WebhookProcess... replicas) {
        return Stream.of(replicas).map(WebhookProcess::port).toList();
    }
}
