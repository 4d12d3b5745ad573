package dev.injectionauditor.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.webhook.admission.ServiceHost;
import dev.injectionauditor.webhook.http.HttpLimits;
import dev.injectionauditor.webhook.spool.Spool;
import dev.injectionauditor.webhook.tls.CertificateSource;
import dev.injectionauditor.webhook.tls.ClientAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers are known by their client certificate, if that is asked for. */
class ClientCertificateIT {

    private static final byte[] WEB = Recorded.body("020-CREATE-web-8d88b6668-.json");

    private final LocalCertificates authority = new LocalCertificates();
    private final LocalCertificates clients = new LocalCertificates();

    private WebhookService service;

    @TempDir
    Path folder;

    @BeforeEach
    void start() throws Exception {
        LocalCertificates.ServingFiles tls = authority.writeServing(folder);
        Path file = Files.writeString(folder.resolve("clients.crt"), clients.authorityPem());
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        service = WebhookService.start(
                new WebhookConfig(
                        new WatchedWebhook("shoot-1", "webhook.example"),
                        new ServiceHost("10.0.0.1"),
                        "replica-1",
                        anyPort,
                        anyPort,
                        new CertificateSource.InFiles(tls.certificate(), tls.key()),
                        ClientAuthority.read(file, "kube-apiserver"),
                        new HttpLimits(4 * 1024 * 1024, Duration.ofSeconds(2), Duration.ofMinutes(3)),
                        Duration.ZERO,
                        null,
                        Spool.LEAST_BYTES,
                        KafkaSettings.of("127.0.0.1:" + FreePorts.find(1).getFirst(), Topics.defaults())),
                InstantSource.system());
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void shouldAnswerTheApiServerAndNobodyElse() throws Exception {
        // Then the holder of the right certificate is answered
        assertThat(ask(clients.client("kube-apiserver"))).isEqualTo(200);
        // And nobody else: without a certificate, with another name, from another authority
        assertThat(ask(null)).isEqualTo(403);
        assertThat(ask(clients.client("kube-apiserver.example"))).isEqualTo(403);
        assertThatThrownBy(() -> ask(authority.client("kube-apiserver"))).isInstanceOf(IOException.class);
    }

    @Test
    void shouldGetReadyWithoutACertificateOfItsOwn() {
        // Then the service, which calls its own port for that, is ready
        await().atMost(Duration.ofSeconds(30)).until(() -> new ManagementPort(service.managementPort()).isReady());
    }

    private int ask(@Nullable KeyStore certificate) throws IOException, InterruptedException {
        try (WebhookCaller caller = new WebhookCaller(service.port(), authority.authorityPem(), certificate)) {
            return caller.review(WEB).statusCode();
        }
    }
}
