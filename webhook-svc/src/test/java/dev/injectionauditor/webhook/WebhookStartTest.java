package dev.injectionauditor.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.webhook.admission.ServiceHost;
import dev.injectionauditor.webhook.http.HttpLimits;
import dev.injectionauditor.webhook.spool.Spool;
import dev.injectionauditor.webhook.tls.CertificateSource;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts that do not end as they should. The clock, which the spool asks first, is what holds them up. */
@Timeout(60)
class WebhookStartTest {

    @TempDir
    private Path folder;

    private ManagementPort management;

    @BeforeEach
    void findAPort() throws IOException {
        management = new ManagementPort(FreePorts.find(1).getFirst());
    }

    @Test
    void shouldBeUnhealthyUntilItHasStarted() throws Exception {
        // Given a start that is held up
        CountDownLatch goOn = new CountDownLatch(1);
        InstantSource clock = () -> {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Instant.now();
        };
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<WebhookService> start = executor.submit(() -> WebhookService.start(config(), clock));

            // Then Kubernetes learns that it is not through
            await().ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> {
                assertThat(management.get("/healthz").statusCode()).isEqualTo(503);
                assertThat(management.get("/healthz").body()).isEqualTo("starting\n");
                assertThat(management.get("/readyz").body()).isEqualTo("starting\n");
            });

            // And when it is, all is well
            goOn.countDown();
            try (WebhookService started = start.get()) {
                assertThat(started.managementPort()).isEqualTo(management.port());
                assertThat(management.get("/healthz").statusCode()).isEqualTo(200);
                await().until(management::isReady);
            }
        }
    }

    @Test
    void shouldLeaveNothingBehindWhenItEndsInAnError() {
        // Given a start that ends in an Error
        InstantSource clock = () -> {
            throw new InternalError("a page cannot be read");
        };

        // Then whoever called it learns of that
        assertThatThrownBy(() -> WebhookService.start(config(), clock)).isInstanceOf(InternalError.class);

        // And nobody answers any more
        assertThatThrownBy(() -> management.get("/healthz")).isInstanceOf(ConnectException.class);
    }

    private WebhookConfig config() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        ServingFiles tls = new LocalCertificates().writeServing(folder.resolve("tls"));
        return new WebhookConfig(
                new WatchedWebhook("shoot-1", "webhook.example"),
                new ServiceHost("api.shoot.example"),
                "replica-1",
                new InetSocketAddress(loopback, 0),
                new InetSocketAddress(loopback, management.port()),
                new CertificateSource.InFiles(tls.certificate(), tls.key()),
                null,
                new HttpLimits(4 * 1024 * 1024, Duration.ofSeconds(2), Duration.ofMinutes(3)),
                Duration.ZERO,
                null,
                Spool.LEAST_BYTES,
                KafkaSettings.of("127.0.0.1:9", Topics.defaults())); // where nobody is
    }
}
