package dev.injectionauditor.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.injectionauditor.localstack.LocalCertificates;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A webhook of a test, which sees what an API server sends and answers what the test wants. */
final class OwnWebhook implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpsServer server;
    private final String authorityPem;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
    private volatile Behaviour behaviour = request -> allow();

    /** What it does. */
    interface Behaviour {

        /**
         * Answers.
         *
         * @param request the {@code request} of the review
         * @return the {@code response} without uid; null for HTTP 500
         */
        ObjectNode answer(JsonNode request) throws InterruptedException;
    }

    OwnWebhook(Path folder, Cluster cluster) throws IOException, GeneralSecurityException {
        LocalCertificates certificates = new LocalCertificates();
        authorityPem = certificates.authorityPem();
        server = HttpsServer.create(new InetSocketAddress(cluster.listenAddress(), 0), 0);
        server.setHttpsConfigurator(
                new HttpsConfigurator(Tls.serving(certificates.writeServing(folder, cluster.webhookHost()))));
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        cluster.expose(server.getAddress().getPort());
    }

    static ObjectNode allow() {
        return JSON.createObjectNode().put("allowed", true);
    }

    /** @param patch text of a JSON patch, valid or not; quotes may be single ones */
    static ObjectNode allow(String patch) {
        return allow().put("patchType", "JSONPatch")
                .put(
                        "patch",
                        Base64.getEncoder()
                                .encodeToString(patch.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode request =
                    JSON.readTree(exchange.getRequestBody().readAllBytes()).path("request");
            requests.add(request);
            ObjectNode response = behaviour.answer(request);
            if (response == null) {
                exchange.sendResponseHeaders(500, -1);
                return;
            }
            ObjectNode review = JSON.createObjectNode()
                    .put("apiVersion", "admission.k8s.io/v1")
                    .put("kind", "AdmissionReview");
            review.set("response", response.put("uid", request.path("uid").asString()));
            byte[] body = JSON.writeValueAsBytes(review);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void set(Behaviour wanted) {
        requests.clear();
        behaviour = wanted;
    }

    /** Since the behaviour was last set. */
    List<JsonNode> requests() {
        return requests;
    }

    int port() {
        return server.getAddress().getPort();
    }

    String authorityPem() {
        return authorityPem;
    }

    /** From now on nobody listens. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
