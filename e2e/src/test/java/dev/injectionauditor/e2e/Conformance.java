package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.Folders;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the auditor relies on in an API server, asked of the simulation and of a real one alike. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("try") // Watches are closed, and else not spoken to.
abstract class Conformance {

    private static final String LABEL = "[{'op':'add','path':'/metadata/labels/hooked','value':'yes'}]";
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private Path folder;
    private Cluster cluster;
    private KubernetesClient client;
    private OwnWebhook webhook;
    private Configuration configuration;

    /** Starts the cluster, or aborts with the reason why there is none. */
    abstract Cluster startCluster(Path folder) throws Exception;

    @BeforeAll
    void start() throws Exception {
        folder = Files.createTempDirectory("injection-auditor-e2e");
        cluster = startCluster(Files.createTempDirectory("injection-auditor-cluster"));
        System.out.println("Conformance is tested on " + cluster.description());
        client = cluster.client()
                // No tries again: each answer counts.
                .newClient(new RequestConfigBuilder()
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .adapt(KubernetesClient.class);
        webhook = new OwnWebhook(folder, cluster);
        configuration = new Configuration(
                client, "https://" + cluster.webhookHost() + ":" + webhook.port(), webhook.authorityPem());
        configuration.create();
        webhook.set(request -> OwnWebhook.allow(LABEL));
        // An API server takes a moment to learn of a configuration, and to make service accounts.
        await().atMost(LONGEST_WAIT)
                .ignoreException(KubernetesClientException.class)
                .until(() -> isHooked(pods().resource(pod("early-")).dryRun().create()));
    }

    @AfterAll
    void stop() throws Exception {
        if (cluster != null) {
            configuration.delete();
            webhook.close();
            cluster.close();
        }
        Folders.delete(folder);
    }

    @BeforeEach
    void reset() {
        webhook.set(request -> OwnWebhook.allow(LABEL));
    }

    @Test
    void shouldAdmitBeforeAPodHasNameUidAndTime() throws Exception {
        // Given a webhook that takes its time
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        webhook.set(request -> {
            asked.countDown();
            answer.await();
            return OwnWebhook.allow(LABEL);
        });

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // When
            Future<Pod> creation = threads.submit(() -> create(pod("timed-")));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            List<Pod> seen = pods().list().getItems();
            TimeUnit.MILLISECONDS.sleep(1_100);
            Instant answered = Instant.now();
            answer.countDown();
            Pod pod = creation.get();

            // Then it was nowhere while it waited, and is younger than the answer
            assertThat(seen).noneMatch(each -> each.getMetadata().getName().startsWith("timed-"));
            assertThat(createdAt(pod)).isAfterOrEqualTo(answered.minusSeconds(1));
            assertThat(isHooked(pod)).isTrue();
            JsonNode sent = webhook.requests().getFirst();
            JsonNode meta = sent.path("object").path("metadata");
            assertThat(sent.path("operation").asString()).isEqualTo("CREATE");
            assertThat(sent.path("name").asString("")).isEmpty();
            assertThat(sent.path("namespace").asString()).isEqualTo(Stage.NAMESPACE);
            assertThat(meta.path("generateName").asString()).isEqualTo("timed-");
            assertThat(meta.path("name").asString("")).isEmpty();
            assertThat(meta.path("uid").asString("")).isEmpty();
            assertThat(meta.path("creationTimestamp").asString("")).isEmpty();
            assertThat(sent.path("uid").asString())
                    .isNotEqualTo(pod.getMetadata().getUid());
        }
    }

    @Test
    void shouldGenerateNamesFromAPrefix() {
        assertThat(create(pod("named-")).getMetadata().getName()).matches("named-[bcdfghjklmnpqrstvwxz2456789]{5}");
        assertThat(create(pod("n".repeat(80))).getMetadata().getName())
                .matches("n{58}[bcdfghjklmnpqrstvwxz2456789]{5}");
    }

    @Test
    void shouldAskTheWebhookOnDryRunAndStoreNothing() {
        // When
        Pod pod = pods().resource(pod("dry-")).dryRun().create();

        // Then
        assertThat(isHooked(pod)).isTrue();
        assertThat(webhook.requests())
                .singleElement()
                .matches(request -> request.path("dryRun").asBoolean());
        assertThat(pod.getMetadata().getUid()).isNotEmpty();
        assertThat(pod.getMetadata().getCreationTimestamp()).isNotEmpty();
        assertThat(pod.getMetadata().getResourceVersion()).isNullOrEmpty();
        assertThat(pods().withName(pod.getMetadata().getName()).get()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"500", "late", "not JSON", "no array"})
    void shouldFailOpenWithoutAValidAnswer(String answer) {
        webhook.set(request -> switch (answer) {
            case "500" -> null;
            case "late" -> {
                TimeUnit.MILLISECONDS.sleep(2_500);
                yield OwnWebhook.allow(LABEL);
            }
            case "not JSON" -> OwnWebhook.allow("oops");
            default -> OwnWebhook.allow("{'op':'add'}");
        });

        assertThat(isHooked(create(pod("open-")))).isFalse();
    }

    @Test
    void shouldRefuseAPodThatTheWebhookRefuses() {
        webhook.set(request -> OwnWebhook.allow().put("allowed", false));

        assertThat(failure(() -> create(pod("refused-"))).getCode()).isEqualTo(400);
    }

    @Test
    void shouldRefuseAPodWhenThePatchDoesNotApply() {
        webhook.set(request -> OwnWebhook.allow("[{'op':'remove','path':'/spec/nothing'}]"));

        assertThat(failure(() -> create(pod("patched-"))).getCode()).isEqualTo(500);
    }

    @Test
    void shouldEvictWithoutABudget() {
        Pod pod = running("free");

        JsonNode status = evict(pod, pod.getMetadata().getUid());

        assertThat(status.path("status").asString()).isEqualTo("Success");
        await().atMost(LONGEST_WAIT).until(() -> isGone(pod));
    }

    @Test
    void shouldNotEvictAnotherPodOfThatName() {
        Pod pod = running("other");

        assertThat(failure(() -> evict(pod, "11111111-1111-1111-1111-111111111111"))
                        .getCode())
                .isEqualTo(409);
        assertThat(isGone(pod)).isFalse();
    }

    @Test
    void shouldNotEvictAgainstABudget() {
        Pod pod = running("guarded");
        budget("guarded", "guarded");

        KubernetesClientException refused =
                failure(() -> evict(pod, pod.getMetadata().getUid()));

        assertThat(refused.getCode()).isEqualTo(429);
        assertThat(refused.getStatus().getDetails().getCauses())
                .anyMatch(cause -> cause.getReason().equals("DisruptionBudget"));
        assertThat(isGone(pod)).isFalse();
    }

    @Test
    void shouldNotEvictUnderTwoBudgets() {
        Pod pod = running("twice");
        budget("twice-1", "twice");
        budget("twice-2", "twice");

        KubernetesClientException refused =
                failure(() -> evict(pod, pod.getMetadata().getUid()));

        assertThat(refused.getCode()).isEqualTo(500);
        assertThat(refused.getStatus().getMessage()).contains("more than one PodDisruptionBudget");
        assertThat(isGone(pod)).isFalse();
    }

    @Test
    void shouldNotAskBudgetsForAPendingPod() {
        // Given a Pod that nobody schedules
        Pod pending = create(new PodBuilder(pod("pending-", Map.of("app", "pending")))
                .editSpec()
                .withSchedulerName("nobody")
                .endSpec()
                .build());
        budget("pending", "pending");

        assertThat(evict(pending, pending.getMetadata().getUid()).path("status").asString())
                .isEqualTo("Success");
    }

    @Test
    void shouldWatchOnFromAVersion() throws Exception {
        // Given
        Pod before = create(pod("before-"));
        String version = pods().list().getMetadata().getResourceVersion();
        Events events = new Events();

        // When
        try (Watch watch = watch(version, null, events)) {
            Pod after = create(pod("after-"));

            // Then only what came later is told, in ascending versions
            await().atMost(LONGEST_WAIT).until(() -> events.types(after).contains("ADDED"));
            assertThat(events.types(before)).doesNotContain("ADDED");
            assertThat(version(after)).isGreaterThan(Long.parseLong(version)).isGreaterThan(version(before));
        }
    }

    @Test
    void shouldTellAllThereIsWhenWatchedWithoutAVersion() throws Exception {
        Pod before = create(pod("there-"));
        Events events = new Events();

        try (Watch watch = watch(null, null, events)) {
            await().atMost(LONGEST_WAIT).until(() -> events.types(before).contains("ADDED"));
        }
    }

    @Test
    void shouldTellOfTheEndOfARunningPodTwice() throws Exception {
        Pod pod = running("ending");
        Events events = new Events();
        try (Watch watch = watch(version(), null, events)) {
            pods().resource(pod).delete();

            await().atMost(LONGEST_WAIT).until(() -> events.types(pod).contains("DELETED"));
            assertThat(events.types(pod)).startsWith("MODIFIED").endsWith("DELETED");
            List<Pod> states = events.of(pod);
            assertThat(states.getFirst().getMetadata().getDeletionTimestamp()).isNotEmpty();
            assertThat(version(states.getLast())).isGreaterThan(version(states.getFirst()));
        }
    }

    @Test
    void shouldTellAsDeletedWhatLeavesASelection() throws Exception {
        Pod pod = create(pod("selected-", Map.of("app", "selected")));
        Events events = new Events();
        try (Watch watch = watch(version(), "app=selected", events)) {
            label(pod, "app", "other");

            await().atMost(LONGEST_WAIT).until(() -> events.types(pod).contains("DELETED"));
            assertThat(isGone(pod)).isFalse();
        }
    }

    @Test
    void shouldRefuseAStaleUpdate() {
        Pod stale = create(pod("stale-"));
        label(stale, "new", "yes");

        assertThat(failure(() -> pods().resource(stale)
                                .lockResourceVersion(stale.getMetadata().getResourceVersion())
                                .update())
                        .getCode())
                .isEqualTo(409);
    }

    @Test
    void shouldListInPartsOfOneMoment() {
        create(pod("part-", Map.of("app", "part")));
        create(pod("part-", Map.of("app", "part")));
        var first = pods().withLabel("app", "part")
                .list(new ListOptionsBuilder().withLimit(1L).build());
        create(pod("part-", Map.of("app", "part")));

        var second = pods().withLabel("app", "part")
                .list(new ListOptionsBuilder()
                        .withContinue(first.getMetadata().getContinue())
                        .build());

        assertThat(first.getItems()).hasSize(1);
        assertThat(second.getItems()).hasSize(1);
        assertThat(second.getMetadata().getResourceVersion())
                .isEqualTo(first.getMetadata().getResourceVersion());
    }

    @Test
    void shouldDateANamespaceThatWasChanged() throws Exception {
        String name = Stage.NAMESPACE + "-dated";
        configuration.createNamespace(name);
        TimeUnit.MILLISECONDS.sleep(1_100);
        configuration.hook(name, false);

        var meta = client.namespaces().withName(name).get().getMetadata();

        assertThat(meta.getManagedFields())
                .anySatisfy(writer -> assertThat(Instant.parse(writer.getTime()))
                        .isAfter(Instant.parse(meta.getCreationTimestamp())));
    }

    private NonNamespaceOperation<Pod, PodList, PodResource> pods() {
        return client.pods().inNamespace(Stage.NAMESPACE);
    }

    private static Pod pod(String prefix) {
        return pod(prefix, Map.of());
    }

    private static Pod pod(String prefix, Map<String, String> labels) {
        return new PodBuilder(Pods.bare(labels))
                .editMetadata()
                .withGenerateName(prefix)
                .addToLabels("conformance", "yes")
                .endMetadata()
                .build();
    }

    private void label(Pod pod, String key, String value) {
        pods().withName(pod.getMetadata().getName())
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"labels\":{\"" + key + "\":\"" + value + "\"}}}");
    }

    private Pod create(Pod pod) {
        return pods().resource(pod).create();
    }

    /** A Pod with this label {@code app} that is ready. */
    private Pod running(String app) {
        Pod pod = create(pod(app + "-", Map.of("app", app)));
        return pods().withName(pod.getMetadata().getName()).waitUntilReady(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** A budget that allows no eviction; waits until the cluster has counted for it. */
    private void budget(String name, String app) {
        var budgets = client.policy().v1().podDisruptionBudget().inNamespace(Stage.NAMESPACE);
        budgets.resource(new PodDisruptionBudgetBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withNewMaxUnavailable(0)
                        .withNewSelector()
                        .addToMatchLabels("app", app)
                        .endSelector()
                        .endSpec()
                        .build())
                .create();
    }

    private JsonNode evict(Pod pod, String uid) {
        String name = pod.getMetadata().getName();
        return JsonMapper.shared()
                .readTree(client.raw(
                        "/api/v1/namespaces/" + Stage.NAMESPACE + "/pods/" + name + "/eviction",
                        "POST",
                        Map.of(
                                "apiVersion",
                                "policy/v1",
                                "kind",
                                "Eviction",
                                "metadata",
                                Map.of("name", name, "namespace", Stage.NAMESPACE),
                                "deleteOptions",
                                Map.of("preconditions", Map.of("uid", uid)))));
    }

    private static KubernetesClientException failure(ThrowingCallable call) {
        KubernetesClientException failure = catchThrowableOfType(KubernetesClientException.class, call);
        assertThat(failure).isNotNull();
        return failure;
    }

    private boolean isGone(Pod pod) {
        Pod now = pods().withName(pod.getMetadata().getName()).get();
        return now == null
                || !now.getMetadata().getUid().equals(pod.getMetadata().getUid());
    }

    private static boolean isHooked(Pod pod) {
        return "yes".equals(pod.getMetadata().getLabels().get("hooked"));
    }

    private static Instant createdAt(Pod pod) {
        return Instant.parse(pod.getMetadata().getCreationTimestamp());
    }

    private static long version(Pod pod) {
        return Long.parseLong(pod.getMetadata().getResourceVersion());
    }

    private String version() {
        return pods().list().getMetadata().getResourceVersion();
    }

    private Watch watch(String version, String selector, Events events) {
        var options = new ListOptionsBuilder().withResourceVersion(version).withLabelSelector(selector);
        return pods().watch(options.build(), events);
    }

    /** What a watch has told. */
    private static final class Events implements Watcher<Pod> {

        private record Event(String type, Pod pod) {}

        private final List<Event> events = new CopyOnWriteArrayList<>();

        @Override
        public void eventReceived(Action action, Pod pod) {
            events.add(new Event(action.name(), pod));
        }

        @Override
        public void onClose(WatcherException cause) {
            // The test fails for what is missing.
        }

        List<String> types(Pod pod) {
            return ofPod(pod).map(Event::type).toList();
        }

        List<Pod> of(Pod pod) {
            return ofPod(pod).map(Event::pod).toList();
        }

        private Stream<Event> ofPod(Pod pod) {
            return events.stream()
                    .filter(event -> event.pod
                            .getMetadata()
                            .getUid()
                            .equals(pod.getMetadata().getUid()));
        }
    }
}
