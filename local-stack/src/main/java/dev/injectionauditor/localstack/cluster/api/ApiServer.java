package dev.injectionauditor.localstack.cluster.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Serves the API by plain HTTP on 127.0.0.1, a virtual thread for each request. Everybody may do everything. */
public final class ApiServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final String CLIENT = "simulation:client";
    private static final String JSON = "application/json";

    private final Api api;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong cuts = new AtomicLong();

    /** @param port on 127.0.0.1; 0 for any */
    public ApiServer(Api api, int port) throws IOException {
        this.api = api;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Ends all watches that are running. */
    public void cutWatches() {
        cuts.incrementAndGet();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                answer(exchange);
            } catch (ApiException e) {
                send(exchange, e.code(), e.status());
            } catch (JacksonException e) {
                send(
                        exchange,
                        400,
                        ApiException.badRequest("the body is not JSON").status());
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("The simulated API server failed");
                send(exchange, 500, ApiException.internal(String.valueOf(e)).status());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getRawPath();
        if (path.equals("/version")) {
            send(
                    exchange,
                    200,
                    Json.object().put("major", "1").put("minor", "36").put("gitVersion", "v1.36.0-simulation"));
            return;
        }
        if (path.equals("/readyz") || path.equals("/livez") || path.equals("/healthz")) {
            send(exchange, 200, Json.object());
            return;
        }
        Target target = Target.of(path).orElseThrow(ApiException::noSuchPath);
        Query query = Query.of(exchange.getRequestURI().getRawQuery());
        switch (exchange.getRequestMethod()) {
            case "GET" -> read(exchange, target, query);
            case "POST" -> send(exchange, 201, post(target, query, object(body(exchange))));
            case "PUT" -> send(exchange, 200, api.replace(named(target), object(body(exchange)), query.isDryRun()));
            case "PATCH" -> {
                String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"))
                        .split(";")[0]
                        .strip();
                send(exchange, 200, api.patch(named(target), type, body(exchange), query.isDryRun()));
            }
            case "DELETE" -> send(exchange, 200, delete(target, query, body(exchange)));
            default -> throw ApiException.methodNotAllowed();
        }
    }

    private void read(HttpExchange exchange, Target target, Query query) throws IOException, InterruptedException {
        if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
            // No WebSockets here: clients then watch by HTTP.
            send(exchange, 200, Json.object());
        } else if (query.isWatch()) {
            if (!query.text("sendInitialEvents").isEmpty()) {
                // As a server without streaming lists says it; clients then list first.
                throw ApiException.invalid(
                        "ListOptions", "meta.k8s.io", "", "sendInitialEvents: Forbidden: no streaming lists here");
            }
            long cutsBefore = cuts.get();
            exchange.getResponseHeaders().set("Content-Type", JSON);
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                new WatchStream(api.store(), target, query, out).run(() -> cuts.get() != cutsBefore);
            }
        } else if (target.name().isEmpty()) {
            send(exchange, 200, api.list(target, query));
        } else {
            send(exchange, 200, api.get(target));
        }
    }

    private ObjectNode post(Target target, Query query, ObjectNode body) {
        if (target.subresource().equals("eviction")) {
            return api.evict(target.key(), body, query.isDryRun());
        }
        if (!target.name().isEmpty()
                || (target.kind().namespaced() && target.namespace().isEmpty())) {
            throw ApiException.methodNotAllowed();
        }
        return api.create(target.kind(), target.namespace(), body, CLIENT, query.isDryRun());
    }

    private ObjectNode delete(Target target, Query query, JsonNode options) {
        return target.name().isEmpty()
                ? api.deleteAll(target, query, options)
                : api.delete(target.key(), withParameters(options, query), query.isDryRun());
    }

    /** Options of a deletion may also stand in the query. */
    private static JsonNode withParameters(JsonNode body, Query query) {
        ObjectNode options = object(body).deepCopy();
        for (String name : new String[] {"propagationPolicy", "gracePeriodSeconds"}) {
            if (!query.text(name).isEmpty() && !options.has(name)) {
                if (name.equals("gracePeriodSeconds")) {
                    options.put(name, (int) query.number(name, 0));
                } else {
                    options.put(name, query.text(name));
                }
            }
        }
        return options;
    }

    private static Target named(Target target) {
        if (target.name().isEmpty()) {
            throw ApiException.methodNotAllowed();
        }
        return target;
    }

    private static JsonNode body(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        return body.length == 0 ? Json.object() : Json.MAPPER.readTree(body);
    }

    private static ObjectNode object(JsonNode body) {
        if (body instanceof ObjectNode object) {
            return object;
        }
        throw ApiException.badRequest("the body is not an object");
    }

    private static void send(HttpExchange exchange, int code, ObjectNode body) throws IOException {
        byte[] bytes = Json.MAPPER.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", JSON);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        cutWatches();
        server.stop(0);
        threads.shutdownNow();
    }
}
