package dev.injectionauditor.k8s;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands between the auditor and an API server and notes what the auditor asks for. */
final class RecordingProxy implements AutoCloseable {

    private final URI target;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .build();
    private final Set<ApiCall> calls = ConcurrentHashMap.newKeySet();
    private volatile Optional<ApiCall> held = Optional.empty();

    RecordingProxy(String target) throws IOException {
        this.target = URI.create(target);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::forward);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What was asked for so far. */
    Set<ApiCall> calls() {
        return Set.copyOf(calls);
    }

    /** Holds back what the answers to this call still bring, until {@link #release}. */
    void hold(ApiCall watch) {
        held = Optional.of(watch);
    }

    void release() {
        held = Optional.empty();
    }

    private void forward(HttpExchange exchange) throws IOException {
        try (exchange) {
            if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
                // Clients then watch by plain HTTP, which can be read here.
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            Optional<ApiCall> call = ApiCall.of(exchange.getRequestMethod(), exchange.getRequestURI());
            call.ifPresent(calls::add);
            HttpRequest.Builder request = HttpRequest.newBuilder(target.resolve(exchange.getRequestURI()))
                    .method(
                            exchange.getRequestMethod(),
                            BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
            String type = exchange.getRequestHeaders().getFirst("Content-Type");
            if (type != null) {
                request.header("Content-Type", type);
            }
            HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(response.statusCode(), 0);
            copy(call, response.body(), exchange.getResponseBody());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void copy(Optional<ApiCall> call, InputStream from, OutputStream to)
            throws IOException, InterruptedException {
        try (from) {
            byte[] buffer = new byte[8192];
            int read = from.read(buffer);
            while (read >= 0) {
                while (call.isPresent() && call.equals(held)) {
                    Thread.sleep(20);
                }
                to.write(buffer, 0, read);
                to.flush();
                read = from.read(buffer);
            }
        }
    }

    @Override
    public void close() {
        release();
        server.stop(0);
        threads.shutdownNow();
        client.shutdownNow();
    }
}
