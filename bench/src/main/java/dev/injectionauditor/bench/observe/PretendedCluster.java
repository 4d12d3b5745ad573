package dev.injectionauditor.bench.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Answers list and watch of Pods like an API server with so many of them, and has one webhook configured. It stores
 * nothing: Pods are made when they are asked for.
 */
final class PretendedCluster implements AutoCloseable {

    /** Name of the webhook that is configured. */
    static final String WEBHOOK = "hook.example.org";

    private static final int OK = 200;
    private static final String CONFIGURATION = """
            {"kind":"MutatingWebhookConfiguration","apiVersion":"admissionregistration.k8s.io/v1","metadata":{\
            "name":"hooks","uid":"00000000-0000-4000-8000-000000000001","resourceVersion":"1","generation":1,\
            "creationTimestamp":"2026-01-01T00:00:00Z"},"webhooks":[{"name":"%s","clientConfig":{\
            "url":"https://127.0.0.1:1/"},"rules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],\
            "resources":["pods"],"scope":"*"}],"failurePolicy":"Ignore","matchPolicy":"Equivalent",\
            "sideEffects":"None","timeoutSeconds":2,"admissionReviewVersions":["v1"]%s}]}""";
    private static final String CONDITIONS = """
            ,"matchConditions":[{"name":"not-exempt","expression":\
            "!('exempt' in object.metadata.labels) && object.spec.containers.all(c, c.name != 'exempt')"}]""";

    private final HttpServer server;
    private final PodTexts texts;
    private final int pods;
    private final String configuration;
    private final Instant started = Instant.now().minusSeconds(3_600);
    private final AtomicLong version = new AtomicLong(1_000_000);
    private final List<BlockingQueue<String>> watches = new CopyOnWriteArrayList<>();

    /**
     * Starts it.
     *
     * @param pods how many there are from the beginning
     * @param hasConditions whether the webhook has a match condition, which all Pods fulfil
     */
    PretendedCluster(PodTexts texts, int pods, boolean hasConditions) throws IOException {
        this.texts = texts;
        this.pods = pods;
        configuration = CONFIGURATION.formatted(WEBHOOK, hasConditions ? CONDITIONS : "");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    static KubernetesClient client(String url) {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl(url)
                .withNamespace("default")
                .withOnlyHttpWatches(true)
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** Has a Pod changed in a way that tells nothing new, as most changes do. */
    void touch(int number) {
        tell("MODIFIED", texts.injected(number, version.incrementAndGet(), started));
    }

    /** Creates a Pod without the injection. */
    void createMissed(int number) {
        tell("ADDED", texts.missed(number, version.incrementAndGet(), Instant.now()));
    }

    /** Whether anybody watches the Pods. */
    boolean isWatched() {
        return !watches.isEmpty();
    }

    private void tell(String type, String pod) {
        String event = "{\"type\":\"" + type + "\",\"object\":" + pod + "}\n";
        watches.forEach(watch -> watch.add(event));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> query = query(exchange);
            String path = exchange.getRequestURI().getPath();
            boolean isPods = path.endsWith("/pods");
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            if ("true".equals(query.get("watch"))) {
                exchange.sendResponseHeaders(OK, 0);
                watch(exchange.getResponseBody(), isPods);
            } else {
                byte[] list = (isPods
                                ? page(query)
                                : path.contains("mutatingwebhook") ? list("", configuration) : list("", ""))
                        .getBytes(UTF_8);
                exchange.sendResponseHeaders(OK, list.length);
                exchange.getResponseBody().write(list);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, String> query(HttpExchange exchange) {
        String query = exchange.getRequestURI().getQuery();
        return query == null
                ? Map.of()
                : Stream.of(query.split("&"))
                        .map(parameter -> parameter.split("=", 2))
                        .collect(Collectors.toMap(
                                parameter -> parameter[0], parameter -> parameter.length == 1 ? "" : parameter[1]));
    }

    private void watch(OutputStream out, boolean isPods) throws IOException, InterruptedException {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        if (isPods) {
            watches.add(events);
        }
        out.flush();
        try {
            while (true) {
                out.write(events.take().getBytes(UTF_8));
                if (events.isEmpty()) {
                    out.flush();
                }
            }
        } finally {
            watches.remove(events);
        }
    }

    private String page(Map<String, String> query) {
        int from = Integer.parseInt(query.getOrDefault("continue", "0"));
        int to = Math.min(from + Integer.parseInt(query.getOrDefault("limit", Integer.toString(pods))), pods);
        return list(
                to < pods ? Integer.toString(to) : "",
                IntStream.range(from, to)
                        .mapToObj(number -> texts.injected(number, number + 1, started))
                        .collect(Collectors.joining(",")));
    }

    private static String list(String next, String items) {
        return "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1000000\""
                + (next.isEmpty() ? "" : ",\"continue\":\"" + next + "\"") + "},\"items\":[" + items + "]}";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
