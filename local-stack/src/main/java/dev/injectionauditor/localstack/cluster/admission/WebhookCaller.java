package dev.injectionauditor.localstack.cluster.admission;

import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Store;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Calls webhooks as the API server does: HTTP/1.1 over TLS with keep-alive, within a time limit for all of it. */
public final class WebhookCaller implements AutoCloseable {

    private static final int DEFAULT_TIMEOUT_SECONDS = 10;
    private static final int OK = 200;
    private static final int LAST_OK = 206;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    private final Store store;
    private final Map<Identity, HttpClient> clients = new ConcurrentHashMap<>();

    /** @param store has the Services and EndpointSlices that webhooks may be behind */
    public WebhookCaller(Store store) {
        this.store = store;
    }

    private record Identity(String caBundle, String serverName) {}

    /** No valid answer: the API server goes by the failure policy. */
    static final class CallFailedException extends Exception {

        private static final long serialVersionUID = 1L;

        CallFailedException(String message) {
            super(message);
        }
    }

    /**
     * Sends a review.
     *
     * @return what the webhook says to this request
     * @throws CallFailedException if there is none in time
     */
    WebhookAnswer call(JsonNode webhook, ObjectNode review) throws CallFailedException {
        int timeout = Json.number(webhook, DEFAULT_TIMEOUT_SECONDS, "timeoutSeconds");
        WebhookAddress address = WebhookAddress.of(webhook.path("clientConfig"), store);
        HttpRequest request = HttpRequest.newBuilder(withTimeout(address.uri(), timeout))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, */*")
                .header("User-Agent", "kube-apiserver-admission")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.MAPPER.writeValueAsBytes(review)))
                .build();
        String caBundle = Json.textOrEmpty(webhook, "clientConfig", "caBundle");
        HttpResponse<byte[]> answer =
                sendWithRetries(client(new Identity(caBundle, address.serverName())), request, timeout);
        if (answer.statusCode() < OK || answer.statusCode() > LAST_OK) {
            throw new CallFailedException("an error on the server: HTTP " + answer.statusCode());
        }
        return WebhookAnswer.of(answer.body(), Json.textOrEmpty(review, "request", "uid"));
    }

    private static URI withTimeout(URI uri, int seconds) {
        return URI.create(uri + (uri.getRawQuery() == null ? "?" : "&") + "timeout=" + seconds + "s");
    }

    /** Only an answer that asks for it, by {@code Retry-After}, leads to another try; there has to be time left. */
    private static HttpResponse<byte[]> sendWithRetries(HttpClient client, HttpRequest request, int timeout)
            throws CallFailedException {
        long end = System.nanoTime() + Duration.ofSeconds(timeout).toNanos();
        try {
            while (true) {
                HttpResponse<byte[]> answer = send(client, request, end - System.nanoTime());
                int code = answer.statusCode();
                OptionalLong wait = answer.headers().firstValueAsLong("Retry-After");
                if ((code != TOO_MANY_REQUESTS && code < SERVER_ERROR) || wait.isEmpty()) {
                    return answer;
                }
                if (System.nanoTime() + Duration.ofSeconds(wait.getAsLong()).toNanos() > end) {
                    throw new CallFailedException("context deadline exceeded");
                }
                Thread.sleep(Duration.ofSeconds(wait.getAsLong()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CallFailedException("interrupted");
        }
    }

    private static HttpResponse<byte[]> send(HttpClient client, HttpRequest request, long nanos)
            throws CallFailedException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer =
                client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        try {
            return answer.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new CallFailedException("context deadline exceeded");
        } catch (ExecutionException e) {
            throw new CallFailedException(String.valueOf(e.getCause()));
        }
    }

    private HttpClient client(Identity identity) throws CallFailedException {
        HttpClient known = clients.get(identity);
        if (known != null) {
            return known;
        }
        try {
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(WebhookTrust.context(identity.caBundle(), identity.serverName()))
                    .build();
            HttpClient other = clients.putIfAbsent(identity, client);
            return other == null ? client : other;
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new CallFailedException("unable to load root certificates: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        clients.values().forEach(HttpClient::shutdownNow);
    }
}
