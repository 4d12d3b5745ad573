package dev.injectionauditor.auditor.remediate;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Stands before an API server and notes what goes through. A test can hold a request before it gets there, hold its
 * answer, or give another one. Not for watches.
 */
final class GatedProxy implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http = HttpClient.newHttpClient();
    private final String target;
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private volatile Gate gate = new Gate() {};
    private volatile UnaryOperator<String> creations = UnaryOperator.identity();

    /**
     * A request that was answered.
     *
     * @param uri path and query
     */
    record Call(String method, String uri, String body, int status, String answer) {

        boolean isEviction() {
            return uri.endsWith("/eviction");
        }

        boolean isListOfPods() {
            return method.equals("GET") && uri.matches(".*/pods(\\?.*)?");
        }

        boolean isCreationOfAPod() {
            return method.equals("POST") && uri.endsWith("/pods");
        }
    }

    record Answer(int status, String body) {}

    interface Gate {

        /** Called before a request is passed on; may wait. Null to pass it on, else what to answer instead. */
        default @Nullable Answer before(String method, String uri) throws InterruptedException {
            return null;
        }

        /** Called with the answer, before that is passed back; may wait. */
        default void after(Call call) throws InterruptedException {}
    }

    GatedProxy(String targetUrl) throws IOException {
        target = targetUrl;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    KubernetesClient client() {
        Config config = new ConfigBuilder(Config.empty()).withMasterUrl(url()).build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    void writeKubeconfig(Path file) throws IOException {
        Files.writeString(file, """
                apiVersion: v1
                kind: Config
                current-context: proxy
                contexts: [{name: proxy, context: {cluster: proxy, user: proxy}}]
                clusters: [{name: proxy, cluster: {server: "%s"}}]
                users: [{name: proxy, user: {}}]
                """.formatted(url()));
    }

    void gate(Gate wanted) {
        gate = wanted;
    }

    /** What becomes of the bodies of creations of Pods that pass: a webhook that is applied to these alone. */
    void mutateCreations(UnaryOperator<String> mutation) {
        creations = mutation;
    }

    void open() {
        gate = new Gate() {};
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Gate now = gate;
            String method = exchange.getRequestMethod();
            String uri = exchange.getRequestURI().toString();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Answer instead = now.before(method, uri);
            boolean isCreation = method.equals("POST") && uri.matches(".*/pods(\\?.*)?");
            Answer answer = instead == null
                    ? passOn(exchange, method, uri, isCreation ? creations.apply(body) : body)
                    : instead;
            Call call = new Call(method, uri, body, answer.status(), answer.body());
            calls.add(call);
            now.after(call);
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Answer passOn(HttpExchange exchange, String method, String uri, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(target + uri))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        for (String header : List.of("Content-Type", "Accept")) {
            List<String> values = exchange.getRequestHeaders().getOrDefault(header, List.of());
            values.forEach(value -> request.header(header, value));
        }
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        http.close();
    }
}
