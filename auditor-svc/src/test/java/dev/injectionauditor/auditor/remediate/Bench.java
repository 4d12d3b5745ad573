package dev.injectionauditor.auditor.remediate;

import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.auditor.observe.scope.Injection;
import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.localstack.FailOpenWebhook;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.localstack.junit.Manifests;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jooq.impl.DSL;

/**
 * The remediate role with all that it needs: Kafka and PostgreSQL are real, the cluster is simulated, with a proxy
 * before it. The webhook is configured, but nobody answers: a template without the variable stands for one that fails,
 * a template with it for one that is applied.
 */
final class Bench implements AutoCloseable {

    static final WatchedWebhook SOURCE = new WatchedWebhook("bench", "hook.example.org");
    static final String NAMESPACE = "default";
    static final Duration PATIENCE = Duration.ofMinutes(2);

    /** No eviction takes long here that does not answer. */
    private static final Remediator.Waiting WAITING =
            new Remediator.Waiting(Duration.ofMinutes(1), Duration.ofSeconds(2));

    final SimulatedCluster cluster;
    final GatedProxy proxy;
    final KubernetesClient client;
    final Database database;
    final Topics topics;
    final KafkaSettings kafka;
    /** How far ahead of the API server's the clock of the remediators is. */
    volatile Duration clockError = Duration.ZERO;
    /** How much more time has passed for the remediators than really has. */
    private final AtomicLong skipped = new AtomicLong();

    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final KafkaProducer<String, byte[]> producer;
    private final KubernetesClient proxied;
    private final EventCodec codec = new EventCodec();
    private final List<RemediateRole> roles = new ArrayList<>();
    /** uids of all Pods that there ever were. */
    private final Set<String> created = ConcurrentHashMap.newKeySet();

    /** @param database migrated; stays open when this is closed */
    Bench(LocalServices services, Database database) throws Exception {
        this(database, services.kafka().bootstrapServers(), services.freshTopics(1));
    }

    Bench(Database database, String bootstrapServers, Topics topics) throws Exception {
        this.database = database;
        this.topics = topics;
        kafka = KafkaSettings.of(bootstrapServers, topics);
        watch();
        cluster = SimulatedCluster.start(0, InstantSource.system());
        proxy = new GatedProxy(cluster.url());
        client = cluster.client();
        client.resource(FailOpenWebhook.ofNobody("hooks", SOURCE.webhook())).create();
        proxied = proxy.client();
        producer = new KafkaProducer<>(kafka.producer(Map.of()));
        client.pods().inNamespace(NAMESPACE).watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, Pod pod) {
                if (action != Action.BOOKMARK) {
                    created.add(pod.getMetadata().getUid());
                }
            }

            @Override
            public void onClose(WatcherException cause) {}
        });
    }

    /** Somebody watches the Pods, as the history says, for longer than any test takes. */
    void watch() {
        database.jooq().execute("""
                insert into injection_auditor.watched_webhook (cluster, webhook) values ({0}, {1})
                on conflict do nothing""", DSL.val(SOURCE.cluster()), DSL.val(SOURCE.webhook()));
        // What lies far in the future is not believed, and as time goes by, one after the other is.
        database.jooq().execute("""
                insert into injection_auditor.watched_span
                    select webhook_id, now() - interval '1 day' + n * interval '1 second',
                           now() + n * interval '10 seconds', 'started'
                    from injection_auditor.watched_webhook, generate_series(0, 360) n""");
    }

    /** Nobody has watched for a while. */
    void watchNoLonger() {
        database.jooq().execute("delete from injection_auditor.watched_span");
    }

    /** How many Pods there have ever been. */
    int created() {
        return created.size();
    }

    /** Starts the role; several may run. */
    RemediateRole start(Allowances allowances, Fence fence) {
        return start(policy(allowances), fence, WAITING);
    }

    /** Recreates, as fast as it is asked to. */
    static RecreationPolicy policy(Allowances allowances) {
        return new RecreationPolicy(
                RecreationMode.RECREATE,
                allowances,
                1_000,
                1_000,
                3,
                Duration.ofSeconds(30),
                Duration.ZERO,
                Duration.ofMinutes(5));
    }

    RemediateRole start(RecreationPolicy policy, Fence fence, Remediator.Waiting waiting) {
        RemediateRole role = new RemediateRole(
                proxied,
                kafka,
                producer,
                database.jooq(),
                fence,
                policy,
                waiting,
                SOURCE.cluster(),
                "bench-" + roles.size(),
                metrics,
                () -> Instant.now().plus(clockError),
                () -> System.nanoTime() + skipped.get());
        roles.add(role);
        return role;
    }

    /** Has time pass for the remediators; their clock does not show it. */
    void skip(Duration time) {
        skipped.addAndGet(time.toNanos());
    }

    RemediateRole start() {
        return start(Allowances.NONE, () -> true);
    }

    /** Pods of a new ReplicaSet, running and all missed. */
    List<Pod> missed(String name, int replicas) {
        client.resource(Manifests.replicaSet(NAMESPACE, name, replicas)).create();
        await().atMost(PATIENCE)
                .until(() -> pods(name).stream().filter(Replacement::isReady).count() == replicas);
        return pods(name);
    }

    /** A Pod without a controller, running and missed. */
    Pod bare(String name) {
        client.resource(Manifests.pod(NAMESPACE, name)).create();
        await().atMost(PATIENCE).until(() -> pods(name).stream().anyMatch(Replacement::isReady));
        return pods(name).getFirst();
    }

    /** From now on Pods that the remediator itself creates have the injection. */
    void injectBarePods() {
        proxy.mutateCreations(body -> {
            Pod pod = client.getKubernetesSerialization().unmarshal(body, Pod.class);
            return client.getKubernetesSerialization()
                    .asJson(new PodBuilder(pod)
                            .editSpec()
                            .editFirstContainer()
                            .addNewEnv()
                            .withName(Injection.VARIABLE)
                            .withValue("api.example")
                            .endEnv()
                            .endContainer()
                            .endSpec()
                            .build());
        });
    }

    /** Those with the label {@code app}, by name. */
    List<Pod> pods(String app) {
        return client.pods().inNamespace(NAMESPACE).withLabel("app", app).list().getItems().stream()
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
                .toList();
    }

    /** From now on what this ReplicaSet creates has the injection. */
    void inject(String name) {
        client.apps()
                .replicaSets()
                .inNamespace(NAMESPACE)
                .withName(name)
                .edit(set -> new ReplicaSetBuilder(set)
                        .editSpec()
                        .editTemplate()
                        .editSpec()
                        .editFirstContainer()
                        .addNewEnv()
                        .withName(Injection.VARIABLE)
                        .withValue("api.example")
                        .endEnv()
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build());
    }

    static RecreationRequest request(Pod pod, Duration life) {
        Instant now = Instant.now();
        return new RecreationRequest(
                RecreationRequest.requestId(PodMapper.ref(pod), 1),
                PodMapper.ref(pod),
                PodMapper.owner(pod),
                1,
                false,
                now,
                now.plus(life));
    }

    static RecreationRequest request(Pod pod) {
        return request(pod, Duration.ofMinutes(5));
    }

    void send(RecreationRequest request) throws Exception {
        producer.send(new ProducerRecord<>(
                        topics.of(EventType.RECREATION_REQUEST),
                        SOURCE.cluster(),
                        codec.encode(CloudEvent.of(SOURCE, request))))
                .get();
    }

    /** Sends a request and waits for its result. */
    RecreationResult execute(RecreationRequest request) throws Exception {
        send(request);
        return awaitResult(request);
    }

    RecreationResult awaitResult(RecreationRequest request) {
        return await().atMost(PATIENCE)
                .until(() -> results(request.requestId()), found -> !found.isEmpty())
                .getFirst();
    }

    /** All results of a request that are on the topic now. */
    List<RecreationResult> results(String requestId) throws Exception {
        return results().stream()
                .filter(result -> result.requestId().equals(requestId))
                .toList();
    }

    List<RecreationResult> results() throws Exception {
        List<RecreationResult> results = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(kafka.consumer(Map.of()))) {
            TopicPartition partition = new TopicPartition(topics.of(EventType.RECREATION_RESULT), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    results.add((RecreationResult) codec.decode(record.value()).data());
                }
            }
        }
        return results;
    }

    /** Evictions of this Pod that the API server carried out. */
    long evictions(Pod pod) {
        return proxy.calls().stream()
                .filter(GatedProxy.Call::isEviction)
                .filter(call -> call.body().contains(pod.getMetadata().getUid()))
                .filter(call -> call.answer().contains("\"Success\""))
                .count();
    }

    @Override
    public void close() {
        roles.forEach(RemediateRole::close);
        producer.close();
        proxied.close();
        client.close();
        proxy.close();
        cluster.close();
    }
}
