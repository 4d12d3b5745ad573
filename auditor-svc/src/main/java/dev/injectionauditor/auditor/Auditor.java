package dev.injectionauditor.auditor;

import dev.injectionauditor.auditor.AuditorConfig.Role;
import dev.injectionauditor.auditor.audit.AuditRole;
import dev.injectionauditor.auditor.observe.ObserveRole;
import dev.injectionauditor.auditor.remediate.RemediateRole;
import dev.injectionauditor.service.ManagementServer;
import dev.injectionauditor.service.Parts;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running service: wires its roles and stops them in reverse. */
final class Auditor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Auditor.class);
    private static final Duration QUICK = Duration.ofSeconds(2);
    private static final Duration ROLE_LIMIT = Duration.ofSeconds(15);

    /** The longest that a loop may take without progress before the process counts as stuck. */
    private static final Duration STUCK = Duration.ofMinutes(5);

    private final Parts parts = new Parts();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final InstantSource clock = InstantSource.system();
    /** By role: whether it has been able to work within a time. */
    private final Map<String, Predicate<Duration>> progress = new ConcurrentSkipListMap<>();

    private final AuditorConfig config;

    Auditor(AuditorConfig config) throws IOException {
        this.config = config;
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try {
            ManagementServer management = parts.add(
                    "management server",
                    ManagementServer.start(config.management(), metrics, this::health, this::readiness),
                    QUICK);
            if (config.roles().contains(Role.AUDIT)) {
                startAudit(metrics);
            }
            if (config.roles().contains(Role.OBSERVE) || config.roles().contains(Role.REMEDIATE)) {
                startClusterRoles(metrics);
            }
            LOG.atInfo()
                    .addKeyValue("cluster", config.watched().cluster())
                    .addKeyValue("webhook", config.watched().webhook())
                    .addKeyValue("roles", config.roles())
                    .addKeyValue("recreation", config.recreation().mode())
                    .addKeyValue("managementPort", management.port())
                    .log("Auditor started");
        } catch (IOException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private void startAudit(PrometheusMeterRegistry metrics) {
        Database database = parts.add(
                "database",
                Database.open(
                        config.postgres().url(),
                        config.postgres().user(),
                        config.postgres().password()),
                QUICK);
        database.migrate();
        AuditRole audit = parts.add(
                "audit role",
                new AuditRole(
                        config.kafka(),
                        database.jooq(),
                        config.kafka().topics().prefix() + ".audit",
                        config.topicPartitions(),
                        config.history(),
                        config.recreation(),
                        metrics,
                        clock),
                ROLE_LIMIT);
        progress.put("audit", audit::hasProgressedWithin);
    }

    private void startClusterRoles(PrometheusMeterRegistry metrics) {
        KubernetesClient client = parts.add(
                "Kubernetes client",
                new KubernetesClientBuilder().withConfig(kubernetes()).build(),
                QUICK);
        KafkaProducer<String, byte[]> producer = parts.add(
                "producer",
                new KafkaProducer<>(config.kafka().producer(Map.of(ProducerConfig.LINGER_MS_CONFIG, 5))),
                QUICK);
        if (config.roles().contains(Role.OBSERVE)) {
            lead("observe", client, () -> {
                ObserveRole role = new ObserveRole(
                        client,
                        producer,
                        config.kafka().topics(),
                        config.watched(),
                        config.observationQueue(),
                        config.probes(),
                        metrics,
                        clock);
                role.start();
                return new ActiveRole(role::hasProgressedWithin, role::close);
            });
        }
        if (config.roles().contains(Role.REMEDIATE)) {
            lead("remediate", client, () -> {
                RemediateRole role = new RemediateRole(
                        client, config.kafka(), producer, config.watched().cluster(), config.identity(), clock);
                return new ActiveRole(role::hasProgressedWithin, role::close);
            });
        }
    }

    private record ActiveRole(Predicate<Duration> progress, Runnable end) implements Leadership.ActiveRole {

        @Override
        public boolean hasProgressedWithin(Duration limit) {
            return progress.test(limit);
        }

        @Override
        public void close() {
            end.run();
        }
    }

    private void lead(String role, KubernetesClient client, Supplier<Leadership.ActiveRole> activate) {
        Leadership leadership = parts.add(
                role + " role",
                new Leadership(
                        client,
                        config.leaseNamespace(),
                        "injection-auditor-" + role,
                        config.identity(),
                        config.leases(),
                        clock,
                        activate),
                ROLE_LIMIT);
        progress.put(role, leadership::hasProgressedWithin);
        leadership.start();
    }

    private Config kubernetes() {
        return config.kubeconfig() == null
                ? Config.autoConfigure(null)
                : Config.fromKubeconfig(config.kubeconfig().toFile());
    }

    private Optional<String> health() {
        return progress.entrySet().stream()
                .filter(role -> !role.getValue().test(STUCK))
                .map(role -> "the role " + role.getKey() + " makes no progress")
                .findFirst();
    }

    private Optional<String> readiness() {
        return stopped.getCount() == 0 ? Optional.of("stopping") : health();
    }

    /** Blocks until the process is told to stop. */
    void runUntilStopped() throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "shutdown"));
        stopped.await();
    }

    @Override
    public void close() {
        stopped.countDown();
        parts.close();
    }
}
