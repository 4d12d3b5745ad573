package dev.injectionauditor.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The management port of a service: {@code /healthz} (restart me if this fails), {@code /readyz} (send me work while
 * this succeeds), {@code /metrics} (Prometheus). Plain HTTP, for the cluster's own use; the JDK's server does for it.
 */
public final class ManagementServer implements AutoCloseable {

    private static final int OK = 200;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;
    private final ExecutorService executor;

    /**
     * Binds the port and starts to answer.
     *
     * @param health a reason why the service should be restarted, or empty
     * @param readiness a reason why the service should get no work, or empty
     * @throws IOException if the port cannot be bound
     */
    public static ManagementServer start(
            InetSocketAddress address,
            PrometheusMeterRegistry metrics,
            Supplier<Optional<String>> health,
            Supplier<Optional<String>> readiness)
            throws IOException {
        return new ManagementServer(HttpServer.create(address, 0), metrics, health, readiness);
    }

    private ManagementServer(
            HttpServer server,
            PrometheusMeterRegistry metrics,
            Supplier<Optional<String>> health,
            Supplier<Optional<String>> readiness) {
        this.server = server;
        this.executor = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(executor);
        server.createContext("/healthz", exchange -> answerCheck(exchange, health.get()));
        server.createContext("/readyz", exchange -> answerCheck(exchange, readiness.get()));
        server.createContext(
                "/metrics", exchange -> answer(exchange, OK, "text/plain; version=0.0.4", metrics.scrape()));
        server.start();
    }

    /** The port it listens on, also when any free one was asked for. */
    public int port() {
        return server.getAddress().getPort();
    }

    private static void answerCheck(HttpExchange exchange, Optional<String> problem) throws IOException {
        answer(exchange, problem.isEmpty() ? OK : UNAVAILABLE, "text/plain", problem.orElse("ok") + "\n");
    }

    private static void answer(HttpExchange exchange, int status, String contentType, String text) throws IOException {
        try (exchange) {
            boolean head = exchange.getRequestMethod().equals("HEAD");
            if (!head && !exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(METHOD_NOT_ALLOWED, -1);
                return;
            }
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", contentType + "; charset=utf-8");
            exchange.sendResponseHeaders(status, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
