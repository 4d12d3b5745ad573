package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.kubernetes.OneTry;
import dev.injectionauditor.auditor.observe.pod.PodDecoding;
import dev.injectionauditor.auditor.observe.scope.CurrentScope;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.auditor.postgres.Server;
import dev.injectionauditor.service.Failures;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.service.Loop;
import dev.injectionauditor.service.Parts;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.AuthenticationException;
import org.jooq.DSLContext;

/** The built-in remediator while it is active. */
public final class RemediateRole implements AutoCloseable {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_REPLACEMENT = Duration.ofMinutes(1);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    /** Of one request. Before it answers 409 to an eviction, kube-apiserver itself tries again for 10 s. */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(30);

    /** After it gave up on an answer, an eviction may still be carried out: kube-apiserver tries on for 10 s. */
    private static final Duration LATE = Duration.ofSeconds(15);

    static final Remediator.Waiting WAITING = new Remediator.Waiting(LONGEST_REPLACEMENT, LONGEST_ANSWER.plus(LATE));

    private static final int AT_ONCE = 16;

    private final Parts parts = new Parts();
    private final Loop intake;
    private final Loop executions;

    /**
     * Starts the role. If that fails, nothing of it is left.
     *
     * @param client for reading, evicting and creating Pods; not closed
     * @param producer for the topic recreation-results; not closed
     * @param db for the journal, and to see whether an outage is open, or would be noticed
     * @param fence asked before each act
     * @param policy what may be recreated, and how fast; the same as where requests are decided
     * @param identity who is named in the results
     */
    public RemediateRole(
            KubernetesClient client,
            KafkaSettings kafka,
            Producer<String, byte[]> producer,
            DSLContext db,
            Fence fence,
            RecreationPolicy policy,
            String cluster,
            String identity,
            MeterRegistry registry,
            InstantSource clock) {
        this(client, kafka, producer, db, fence, policy, WAITING, cluster, identity, registry, clock, System::nanoTime);
    }

    RemediateRole(
            KubernetesClient client,
            KafkaSettings kafka,
            Producer<String, byte[]> producer,
            DSLContext db,
            Fence fence,
            RecreationPolicy policy,
            Remediator.Waiting waiting,
            String cluster,
            String identity,
            MeterRegistry registry,
            InstantSource clock,
            LongSupplier nanoTime) {
        KubernetesClient once = OneTry.of(client, LONGEST_ANSWER);
        RemediateMetrics metrics = new RemediateMetrics(registry);
        Journal journal = new Journal(db, cluster);
        PodApi pods = new PodApi(once, OneTry.of(PodDecoding.of(client), LONGEST_ANSWER));
        Answers answers = new Answers(journal, producer, kafka.topics(), identity, metrics, clock);
        BarePods barePods = new BarePods(pods, answers, fence, client.getKubernetesSerialization(), metrics);
        Remediator remediator = new Remediator(
                pods,
                new CurrentScope(once, clock),
                new Evictor(once),
                barePods,
                journal,
                new Brakes(db, policy.backoff()),
                answers,
                fence,
                policy,
                waiting,
                client.getKubernetesSerialization(),
                metrics,
                clock,
                nanoTime);
        try {
            Executions work = parts.add(
                    "executions",
                    new Executions(journal, remediator::visit, fence, metrics, AT_ONCE, clock, nanoTime),
                    CLOSE_LIMIT);
            Intake requests = parts.add(
                    "request consumer",
                    new Intake(
                            new KafkaConsumer<>(kafka.consumer(Map.of(
                                    ConsumerConfig.GROUP_ID_CONFIG,
                                    kafka.topics().prefix() + ".remediate." + cluster,
                                    // Old requests have expired and are answered so.
                                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                    "earliest",
                                    // Whoever takes over from a killed process does not wait for long.
                                    ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                                    10_000))),
                            journal,
                            kafka.topics(),
                            cluster,
                            metrics),
                    CLOSE_LIMIT);
            intake = parts.add(
                    "request loop",
                    new Loop("requests", requests, Duration.ZERO, clock, RemediateRole::isExcused),
                    CLOSE_LIMIT);
            executions = parts.add(
                    "execution loop",
                    new Loop("remediate", work, LOOK_EVERY, clock, RemediateRole::isExcused),
                    CLOSE_LIMIT);
            intake.start();
            executions.start();
        } catch (RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    /**
     * All but that PostgreSQL or Kafka refuses a password, which a new process has anew. The API server is asked
     * elsewhere whether it lets this process in, for the Lease.
     */
    static boolean isExcused(Throwable failure) {
        return !Server.refuses(failure)
                && Failures.withCauses(failure).noneMatch(AuthenticationException.class::isInstance);
    }

    /**
     * Whether it has been able to work within this time, or had at least no failure that a new process may be spared.
     */
    public boolean hasRunWithin(Duration limit) {
        return intake.hasRunWithin(limit) && executions.hasRunWithin(limit);
    }

    @Override
    public void close() {
        parts.close();
    }
}
