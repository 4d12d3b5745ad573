package dev.injectionauditor.localstack.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.cluster.object.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A webhook on HTTPS that answers as a test wants. */
final class TestWebhook implements AutoCloseable {

    private final LocalCertificates certificates = new LocalCertificates();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final HttpsServer server;
    private volatile Behaviour behaviour = request -> allow(request);

    record Call(String uri, Map<String, List<String>> headers, JsonNode review) {

        JsonNode request() {
            return review.path("request");
        }
    }

    record Reply(int code, Map<String, String> headers, String body) {}

    interface Behaviour {
        Reply reply(JsonNode request) throws InterruptedException;
    }

    /** @param hosts names that its certificate is for, besides 127.0.0.1 */
    TestWebhook(String... hosts) throws IOException, GeneralSecurityException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context(hosts)));
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String caBundle() {
        return base64(certificates.authorityPem());
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    void behave(Behaviour wanted) {
        behaviour = wanted;
    }

    /** A patch in single quotes. */
    void patch(String patch) {
        behave(request -> answer(
                request, Map.of("allowed", true, "patchType", "JSONPatch", "patch", base64(patch.replace('\'', '"')))));
    }

    static Reply allow(JsonNode request) {
        return answer(request, Map.of("allowed", true));
    }

    /** An answer with these fields besides the uid. */
    static Reply answer(JsonNode request, Map<String, Object> response) {
        ObjectNode review = Json.object().put("kind", "AdmissionReview").put("apiVersion", "admission.k8s.io/v1");
        ObjectNode filled =
                review.putObject("response").put("uid", request.path("uid").asString());
        response.forEach(filled::putPOJO);
        return new Reply(200, Map.of(), Json.MAPPER.writeValueAsString(review));
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode review = Json.MAPPER.readTree(exchange.getRequestBody().readAllBytes());
            calls.add(new Call(exchange.getRequestURI().toString(), Map.copyOf(exchange.getRequestHeaders()), review));
            Reply reply = behaviour.reply(review.path("request"));
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(reply.code(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private SSLContext context(String... hosts) throws IOException, GeneralSecurityException {
        Path folder = Files.createTempDirectory("test-webhook");
        try {
            LocalCertificates.ServingFiles files = certificates.writeServing(folder, hosts);
            Certificate certificate = CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(files.certificate())));
            String key = Files.readString(files.key()).replaceAll("-----[A-Z ]+-----|\\s", "");
            PrivateKey privateKey = KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key)));
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("webhook", privateKey, new char[0], new Certificate[] {certificate});
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } finally {
            Folders.delete(folder);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
