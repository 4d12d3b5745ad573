package dev.injectionauditor.e2e;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;

/** Stands between API servers and the webhook, ends their TLS, and does to their calls what a scenario asks for. */
final class Door implements AutoCloseable {

    /** Longer than API servers wait in this suite. */
    private static final Duration LATE = Duration.ofMillis(2_500);

    private final InetSocketAddress address;
    private final URI webhook;
    private final SSLContext trusted;
    private final SSLContext untrusted;
    private final HttpClient client;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Object change = new Object();
    private volatile Fault fault = Fault.NONE;
    private volatile BiPredicate<HttpExchange, byte[]> affected = (any, body) -> true;
    private HttpsServer server;

    /**
     * Opens the door.
     *
     * @param host address to listen on
     * @param webhook where the webhook listens
     * @param authority the certificate of the webhook's authority, in PEM
     * @param trusted serving certificate from the authority that API servers trust
     * @param untrusted serving certificate from another one
     */
    Door(String host, URI webhook, String authority, ServingFiles trusted, ServingFiles untrusted)
            throws IOException, GeneralSecurityException {
        this.address = new InetSocketAddress(host, FreePorts.find(1).getFirst());
        this.webhook = webhook;
        this.trusted = Tls.serving(trusted);
        this.untrusted = Tls.serving(untrusted);
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(Tls.trusting(authority))
                .build();
        listen(this.trusted);
    }

    int port() {
        return address.getPort();
    }

    /** From now on all calls suffer this. */
    void set(Fault wanted) throws IOException {
        set(wanted, any -> true);
    }

    /** From now on these calls suffer this. {@code REFUSED} and {@code WRONG_AUTHORITY} affect all. */
    void set(Fault wanted, Predicate<HttpExchange> which) throws IOException {
        change(wanted, (call, body) -> which.test(call));
    }

    /** From now on calls whose review has this text suffer this. */
    void set(Fault wanted, String text) throws IOException {
        change(wanted, (call, body) -> new String(body, StandardCharsets.UTF_8).contains(text));
    }

    private synchronized void change(Fault wanted, BiPredicate<HttpExchange, byte[]> which) throws IOException {
        Fault before = fault;
        affected = which;
        synchronized (change) {
            fault = wanted;
            change.notifyAll();
        }
        if (isOfListener(before) || isOfListener(wanted)) {
            stopListening();
            if (wanted != Fault.REFUSED) {
                listen(wanted == Fault.WRONG_AUTHORITY ? untrusted : trusted);
            }
        }
    }

    private static boolean isOfListener(Fault fault) {
        return fault == Fault.REFUSED || fault == Fault.WRONG_AUTHORITY;
    }

    private void listen(SSLContext context) throws IOException {
        server = HttpsServer.create(address, 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private void stopListening() {
        if (server != null) {
            server.stop(0);
            server = null;
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Fault now = affected.test(exchange, body) ? fault : Fault.NONE;
            switch (now) {
                case NONE -> answer(exchange, pass(exchange, body));
                case HANGING -> awaitOther(Fault.HANGING);
                case LATE -> {
                    HttpResponse<byte[]> answer = pass(exchange, body);
                    TimeUnit.NANOSECONDS.sleep(LATE.toNanos());
                    answer(exchange, answer);
                }
                case FAILING -> exchange.sendResponseHeaders(500, -1);
                case REFUSED, WRONG_AUTHORITY, DROPPED -> {
                    // The connection ends without an answer.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitOther(Fault than) throws InterruptedException {
        synchronized (change) {
            while (fault == than) {
                change.wait();
            }
        }
    }

    private HttpResponse<byte[]> pass(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(webhook.resolve(exchange.getRequestURI()))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    private static void answer(HttpExchange exchange, HttpResponse<byte[]> answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
        exchange.getResponseBody().write(answer.body());
    }

    @Override
    public synchronized void close() {
        stopListening();
        threads.shutdownNow();
        client.shutdownNow();
    }
}
