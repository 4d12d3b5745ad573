package dev.injectionauditor.auditor;

import dev.injectionauditor.auditor.AuditorConfig.Role;
import dev.injectionauditor.auditor.audit.AuditRole;
import dev.injectionauditor.service.Loop;
import dev.injectionauditor.service.ManagementServer;
import dev.injectionauditor.service.Parts;
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
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running service: wires its roles and stops them in reverse. */
final class Auditor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Auditor.class);
    private static final Duration QUICK = Duration.ofSeconds(2);
    private static final Duration ROLE_LIMIT = Duration.ofSeconds(15);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);
    private static final Duration MIGRATION_PAUSE = Duration.ofMinutes(1);

    /** The longest that a loop may take without progress before the process counts as stuck. */
    private static final Duration STUCK = Duration.ofMinutes(5);

    private final Parts parts = new Parts();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final InstantSource clock = InstantSource.system();
    /** By role: whether it has worked within a time, or has at least tried to where no new process would get on. */
    private final Map<String, Predicate<Duration>> progress = new ConcurrentSkipListMap<>();

    private final AuditorConfig config;
    private @Nullable Migration migration;
    private @Nullable AuditRole audit;

    Auditor(AuditorConfig config) throws IOException {
        this.config = config;
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try {
            ManagementServer management = parts.add(
                    "management server",
                    ManagementServer.start(config.management(), metrics, this::health, this::readiness),
                    QUICK);
            if (config.roles().contains(Role.AUDIT)) {
                startAudit(database(), metrics);
            }
            if (config.roles().contains(Role.OBSERVE) || config.roles().contains(Role.REMEDIATE)) {
                new ClusterRoles(config, parts, this::database, progress, metrics, clock).start();
            }
            LOG.atInfo()
                    .addKeyValue("cluster", config.watched().cluster())
                    .addKeyValue("webhook", config.watched().webhook())
                    .addKeyValue("roles", config.roles())
                    .addKeyValue("recreation", config.recreation().mode())
                    .addKeyValue("managementPort", management.port())
                    .log("Auditor started");
        } catch (Throwable e) { // an Error too: what has been started would keep the process alive
            parts.close();
            throw e;
        }
    }

    /**
     * The database, opened when a role first needs it. One that is not there yet is no reason to fail: what observes
     * must go on, and Kafka keeps what it tells.
     */
    private DSLContext database() {
        if (migration == null) {
            Database database = parts.add(
                    "database",
                    Database.open(
                            config.postgres().url(),
                            config.postgres().user(),
                            config.postgres().password()),
                    QUICK);
            migration = new Migration(database);
            parts.add("migration", new Loop("migrate", migration, MIGRATION_PAUSE, clock), QUICK)
                    .start();
            migration.await(LONGEST_WAIT);
        }
        return migration.jooq();
    }

    private void startAudit(DSLContext database, PrometheusMeterRegistry metrics) {
        audit = parts.add(
                "audit role",
                new AuditRole(
                        config.kafka(),
                        database,
                        config.kafka().topics().prefix() + ".audit",
                        config.topicPartitions(),
                        config.history(),
                        config.recreation(),
                        metrics,
                        clock),
                ROLE_LIMIT);
        progress.put("audit", audit::hasRunWithin);
    }

    private Optional<String> health() {
        return progress.entrySet().stream()
                .filter(role -> !role.getValue().test(STUCK))
                .map(role -> "the role " + role.getKey() + " does not get on, or hangs")
                .findFirst();
    }

    private Optional<String> readiness() {
        if (stopped.getCount() == 0) {
            return Optional.of("stopping");
        }
        if (migration != null && !migration.isDone()) {
            return Optional.of("the database is not up to date");
        }
        return audit != null && !audit.hasProgressedWithin(STUCK)
                ? Optional.of("the role audit makes no progress")
                : health();
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
