package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.auditor.observe.pod.OwedEnds;
import dev.injectionauditor.auditor.observe.pod.PodTracker;
import dev.injectionauditor.auditor.observe.pod.SlimPodStore;
import dev.injectionauditor.auditor.observe.scope.Injection;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures roughly, by hand, how much heap the observer needs for 150,000 Pods like those of the recording, 30 of each
 * owner. The figures stand in the package's notes. With the URL of {@link #serve} as argument: whether a list of all of
 * them over HTTP fits into the heap that the process was given.
 */
final class HeapFigures {

    private static final int PODS = 150_000;
    private static final int WHOLE_PODS = 10_000;
    private static final int PODS_OF_AN_OWNER = 30;

    private final KubernetesSerialization kubernetes = new KubernetesSerialization();
    private final List<String> recorded;
    private final List<Pod> templates;

    HeapFigures() throws Exception {
        JsonMapper json = JsonMapper.builder().build();
        Path watch = Path.of(
                HeapFigures.class.getResource("/recorded/pod-watch.jsonl").toURI());
        try (Stream<String> lines = Files.lines(watch)) {
            recorded = lines.map(json::readTree)
                    .filter(event -> event.get("type").asString().equals("MODIFIED"))
                    .map(event -> event.get("object"))
                    .map(JsonNode::toString)
                    .toList();
        }
        templates = recorded.stream()
                .map(text -> kubernetes.unmarshal(text, Pod.class))
                .toList();
    }

    /** Prints the figures. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            list(arguments[0]);
            return;
        }
        HeapFigures figures = new HeapFigures();
        long empty = used();
        List<Pod> whole = new ArrayList<>();
        for (int i = 0; i < WHOLE_PODS; i++) {
            whole.add(figures.pod(i));
        }
        long perWholePod = (used() - empty) / whole.size();
        whole.clear();

        empty = used();
        Scope.Configuration configuration =
                new Scope.Configuration("hooks", UUID.randomUUID(), 1, Instant.parse("2026-11-23T06:00:00Z"));
        PodTracker tracker = new PodTracker(pod -> new Scope(null, configuration));
        SlimPodStore store = new SlimPodStore();
        for (int i = 0; i < PODS; i++) {
            Pod pod = figures.pod(i);
            store.put(store.getKey(pod), pod);
            tracker.seen(pod, Instant.now());
        }
        long kept = used() - empty;
        System.out.printf("whole Pod: %d bytes each, %d MB for %d%n", perWholePod, perWholePod * PODS >> 20, PODS);
        System.out.printf(
                "kept: %d bytes each, %d MB for %d (%d, %d)%n",
                kept / PODS, kept >> 20, PODS, tracker.size(), store.size());
    }

    /** An API server that has all of them. */
    ApiStub serve() throws IOException {
        String empty =
                "{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"9000000\"},\"items\":[]}";
        return new ApiStub(request -> new ApiStub.Answer(
                200,
                request.query().contains("watch=true")
                        ? ""
                        : request.path().endsWith("/pods") ? page(request.query()) : empty));
    }

    /** Lists all of them over HTTP, as an observer does when it starts. */
    private static void list(String url) throws Exception {
        try (KubernetesClient client = ApiStub.client(url)) {
            EventQueue queue = new EventQueue(200_000);
            long start = System.nanoTime();
            try (Observer observer = new Observer(
                    client,
                    new WatchedWebhook("test", "host.injection-auditor.dev"),
                    queue,
                    Signal.Watched.Begin.STARTED,
                    new OwedEnds(() -> {}),
                    () -> {},
                    new SimpleMeterRegistry(),
                    Instant::now)) {
                // Whole, so that no line of the log comes in between.
                System.out.println("listed over HTTP: %d Pods in %d s, %d MB kept, with -Xmx%dm"
                        .formatted(
                                observer.pods().size(),
                                (System.nanoTime() - start) / 1_000_000_000,
                                used() >> 20,
                                Runtime.getRuntime().maxMemory() >> 20));
            }
        }
    }

    private String page(String query) {
        int from = Stream.of(query.split("&"))
                .filter(parameter -> parameter.startsWith("continue="))
                .mapToInt(parameter -> Integer.parseInt(parameter.substring("continue=".length())))
                .findFirst()
                .orElse(0);
        int to = Math.min(from + 500, PODS);
        return IntStream.range(from, to)
                .mapToObj(this::json)
                .collect(Collectors.joining(
                        ",",
                        "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"9000000\""
                                + (to < PODS ? ",\"continue\":\"" + to + "\"" : "")
                                + "},\"items\":[",
                        "]}"));
    }

    /** Quicker than to make a Pod and write it. */
    private String json(int i) {
        Pod template = templates.get(i % templates.size());
        return recorded.get(i % recorded.size())
                .replace(template.getMetadata().getUid(), new UUID(i, i).toString())
                .replace('"' + template.getMetadata().getName() + '"', "\"some-workload-" + i + '"');
    }

    private Pod pod(int i) {
        Pod pod = kubernetes.unmarshal(recorded.get(i % recorded.size()), Pod.class);
        pod.getMetadata().setName("some-workload-8d88b6668-" + Integer.toString(i, 36));
        pod.getMetadata().setUid(new UUID(i, i).toString());
        pod.getMetadata().setResourceVersion(Integer.toString(1_000_000 + i));
        for (OwnerReference owner : pod.getMetadata().getOwnerReferences()) {
            owner.setName("some-workload-" + i / PODS_OF_AN_OWNER);
            owner.setUid(new UUID(1, i / PODS_OF_AN_OWNER).toString());
        }
        pod.getMetadata().getAnnotations().put(Injection.STAMP_ANNOTATION, new UUID(2, i).toString());
        return pod;
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
