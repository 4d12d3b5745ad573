package dev.injectionauditor.auditor;

import dev.injectionauditor.auditor.AuditorConfig.Remediator;
import dev.injectionauditor.auditor.AuditorConfig.Role;
import dev.injectionauditor.auditor.announce.AnnounceRole;
import dev.injectionauditor.auditor.observe.ObserveRole;
import dev.injectionauditor.auditor.remediate.Fence;
import dev.injectionauditor.auditor.remediate.RemediateRole;
import dev.injectionauditor.service.Parts;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The roles that need the API server; each is active in one process per cluster. */
final class ClusterRoles {

    private static final Duration QUICK = Duration.ofSeconds(2);
    private static final Duration ROLE_LIMIT = Duration.ofSeconds(15);

    private final AuditorConfig config;
    private final Parts parts;
    private final Supplier<DSLContext> database;
    private final Map<String, Predicate<Duration>> progress;
    private final MeterRegistry metrics;
    private final InstantSource clock;

    /**
     * Roles that are not started.
     *
     * @param parts what is started is added to these
     * @param database asked only if a role needs it
     * @param progress by role, whether it has been able to work within a time; added to
     */
    ClusterRoles(
            AuditorConfig config,
            Parts parts,
            Supplier<DSLContext> database,
            Map<String, Predicate<Duration>> progress,
            MeterRegistry metrics,
            InstantSource clock) {
        this.config = config;
        this.parts = parts;
        this.database = database;
        this.progress = progress;
        this.metrics = metrics;
        this.clock = clock;
    }

    void start() {
        KubernetesClient client = parts.add(
                "Kubernetes client",
                new KubernetesClientBuilder().withConfig(kubernetes()).build(),
                QUICK);
        KafkaProducer<String, byte[]> producer = parts.add(
                "producer",
                new KafkaProducer<>(config.kafka().producer(Map.of(ProducerConfig.LINGER_MS_CONFIG, 5))),
                QUICK);
        if (config.roles().contains(Role.OBSERVE)) {
            lead("observe", client, fence -> observe(client, producer));
        }
        if (config.roles().contains(Role.REMEDIATE)) {
            DSLContext db = config.remediator() == Remediator.BUILTIN ? database.get() : null;
            lead("remediate", client, fence -> remediate(client, producer, db, fence));
        }
    }

    private Leadership.ActiveRole observe(KubernetesClient client, KafkaProducer<String, byte[]> producer) {
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
    }

    /** @param db null with an external remediator */
    private Leadership.ActiveRole remediate(
            KubernetesClient client, KafkaProducer<String, byte[]> producer, @Nullable DSLContext db, Fence fence) {
        String cluster = config.watched().cluster();
        Parts started = new Parts();
        AnnounceRole announcer = started.add(
                "announcer",
                new AnnounceRole(client, config.kafka(), cluster, config.identity(), metrics, clock),
                ROLE_LIMIT);
        if (db == null) {
            return new ActiveRole(announcer::hasRunWithin, started::close);
        }
        try {
            RemediateRole role = started.add(
                    "remediator",
                    new RemediateRole(
                            client,
                            config.kafka(),
                            producer,
                            db,
                            fence,
                            config.recreation(),
                            cluster,
                            config.identity(),
                            metrics,
                            clock),
                    ROLE_LIMIT);
            return new ActiveRole(limit -> role.hasRunWithin(limit) && announcer.hasRunWithin(limit), started::close);
        } catch (RuntimeException | Error e) {
            started.close();
            throw e;
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

    private void lead(String role, KubernetesClient client, Function<Fence, Leadership.ActiveRole> activate) {
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
}
