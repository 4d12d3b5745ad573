package dev.injectionauditor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ManagementServerTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private volatile Optional<String> health = Optional.empty();
    private volatile Optional<String> readiness = Optional.empty();
    private ManagementServer server;

    @BeforeEach
    void start() throws IOException {
        server = ManagementServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), metrics, () -> health, () -> readiness);
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    @Test
    void shouldBeHealthyAndReadyWithoutAProblem() throws Exception {
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").body()).isEqualTo("ok\n");
    }

    @Test
    void shouldSayWhatIsWrong() throws Exception {
        health = Optional.of("stuck");
        readiness = Optional.of("stopping");

        assertThat(get("/healthz").statusCode()).isEqualTo(503);
        assertThat(get("/healthz").body()).isEqualTo("stuck\n");
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).isEqualTo("stopping\n");
    }

    @Test
    void shouldShowMetrics() throws Exception {
        metrics.counter("things.done").increment(3);

        HttpResponse<String> response = get("/metrics");

        assertThat(response.body()).contains("things_done_total 3.0");
        assertThat(response.headers().firstValue("content-type").orElseThrow())
                .isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    }

    @Test
    void shouldAnswerOnlyReads() throws Exception {
        HttpResponse<String> post = send("/readyz", "POST");
        HttpResponse<String> head = send("/readyz", "HEAD");

        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("allow")).contains("GET, HEAD");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void shouldHaveNothingElse() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(404);
    }

    @Test
    void shouldFreeItsPortWhenClosed() {
        int port = server.port();
        server.close();

        assertThatThrownBy(() -> get("/healthz")).isInstanceOf(ConnectException.class);
        assertThat(port).isPositive();
    }

    @Test
    void shouldRefuseAPortThatIsTaken() {
        InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());

        assertThatThrownBy(() -> ManagementServer.start(taken, metrics, () -> health, () -> readiness))
                .isInstanceOf(IOException.class);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(path, "GET");
    }

    private HttpResponse<String> send(String path, String method) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .method(method, BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }
}
