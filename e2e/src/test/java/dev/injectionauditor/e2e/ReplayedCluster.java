package dev.injectionauditor.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An API server that has nothing but a recording: what it lists is given, what its watches tell is played to it, and it
 * keeps Leases. Everything else is not found.
 */
final class ReplayedCluster implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Pattern VERSION = Pattern.compile("\\bresourceVersion=(\\d+)");
    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int NOT_FOUND = 404;

    private final Map<String, List<JsonNode>> lists;
    private final String version;
    private final Map<String, List<JsonNode>> events = new HashMap<>();
    private final Map<String, JsonNode> leases = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    /**
     * Starts it.
     *
     * @param lists what is there at the beginning, by path of the list
     * @param version resource version of the lists
     */
    ReplayedCluster(Map<String, List<JsonNode>> lists, String version) throws IOException {
        this.lists = lists;
        this.version = version;
        lists.keySet().forEach(path -> events.put(path, new ArrayList<>()));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Has the watches of a path tell an event. */
    synchronized void play(String path, JsonNode event) {
        events.get(path).add(event);
        notifyAll();
    }

    private synchronized JsonNode event(String path, int index) throws InterruptedException {
        while (events.get(path).size() <= index) {
            wait();
        }
        return events.get(path).get(index);
    }

    Path writeKubeconfig(Path file) throws IOException {
        return Files.writeString(file, """
                apiVersion: v1
                kind: Config
                current-context: replay
                contexts:
                - name: replay
                  context: {cluster: replay, user: replay}
                clusters:
                - name: replay
                  cluster: {server: "http://127.0.0.1:%d"}
                users:
                - name: replay
                  user: {}
                """.formatted(server.getAddress().getPort()));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (path.contains("/leases")) {
                lease(exchange, path);
            } else if (!lists.containsKey(path)) {
                send(exchange, NOT_FOUND, notFound());
            } else if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
                // No WebSockets here: clients then watch by HTTP.
                send(exchange, OK, JSON.createObjectNode());
            } else if (String.valueOf(exchange.getRequestURI().getQuery()).contains("watch=true")) {
                watch(exchange, path);
            } else {
                send(exchange, OK, list(path));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ObjectNode list(String path) {
        ObjectNode list = JSON.createObjectNode().put("kind", "List").put("apiVersion", "v1");
        list.putObject("metadata").put("resourceVersion", version);
        list.putArray("items").addAll(lists.get(path));
        return list;
    }

    private void watch(HttpExchange exchange, String path) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(OK, 0);
        OutputStream out = exchange.getResponseBody();
        out.flush();
        Matcher from = VERSION.matcher(exchange.getRequestURI().getQuery());
        long seen = from.find() ? Long.parseLong(from.group(1)) : 0;
        for (int next = 0; ; next++) {
            JsonNode event = event(path, next);
            if (event.at("/object/metadata/resourceVersion").asLong() > seen) {
                out.write((JSON.writeValueAsString(event) + "\n").getBytes(UTF_8));
                out.flush();
            }
        }
    }

    private void lease(HttpExchange exchange, String path) throws IOException {
        if (exchange.getRequestMethod().equals("GET")) {
            JsonNode lease = leases.get(path);
            send(exchange, lease == null ? NOT_FOUND : OK, lease == null ? notFound() : lease);
            return;
        }
        ObjectNode lease = (ObjectNode) JSON.readTree(exchange.getRequestBody().readAllBytes());
        boolean isNew = exchange.getRequestMethod().equals("POST");
        ((ObjectNode) lease.get("metadata")).put("resourceVersion", "1");
        leases.put(isNew ? path + "/" + lease.at("/metadata/name").asString() : path, lease);
        send(exchange, isNew ? CREATED : OK, lease);
    }

    private static ObjectNode notFound() {
        return JSON.createObjectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("reason", "NotFound")
                .put("code", NOT_FOUND);
    }

    private static void send(HttpExchange exchange, int code, JsonNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
