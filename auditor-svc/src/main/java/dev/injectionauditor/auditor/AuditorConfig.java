package dev.injectionauditor.auditor;

import dev.injectionauditor.auditor.audit.HistoryPolicy;
import dev.injectionauditor.auditor.observe.ObserveRole;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.service.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checked settings of the service.
 *
 * @param watched the webhook and cluster that are observed and remediated
 * @param roles at least one
 * @param identity name of this process among its replicas
 * @param kubeconfig null for the default of the client library
 * @param leaseNamespace namespace of the Leases
 * @param leases timing of the Leases
 * @param postgres where the history is
 * @param history how the history is kept
 * @param recreation what may be recreated
 * @param remediator who executes recreation requests, where the role remediate is played
 * @param observationQueue how many observations may wait for Kafka
 * @param probes when and where the webhook is probed
 * @param management address and port of health and metrics
 * @param kafka how to reach Kafka
 * @param topicPartitions number of partitions for topics that have to be made
 */
record AuditorConfig(
        WatchedWebhook watched,
        Set<Role> roles,
        String identity,
        @Nullable Path kubeconfig,
        String leaseNamespace,
        Leadership.Timing leases,
        Postgres postgres,
        HistoryPolicy history,
        RecreationPolicy recreation,
        Remediator remediator,
        int observationQueue,
        ObserveRole.Probes probes,
        InetSocketAddress management,
        KafkaSettings kafka,
        int topicPartitions) {

    private static final WatchedWebhook STAND_IN = new WatchedWebhook("x", "x");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    /** What a process can do. */
    enum Role {
        OBSERVE,
        AUDIT,
        REMEDIATE
    }

    /** Who executes recreation requests. */
    enum Remediator {
        /** The role remediate of this software. */
        BUILTIN,
        /** Somebody's own job; the role remediate only writes Kubernetes Events. */
        EXTERNAL
    }

    /** Where the database is. */
    record Postgres(String url, String user, @Nullable String password) {

        /** Without the password, and without the URL, which may carry one. */
        @Override
        public String toString() {
            return "PostgreSQL as " + user;
        }
    }

    /** @throws dev.injectionauditor.service.BadSettingsException naming every bad setting */
    static AuditorConfig read(AuditorOptions options, Map<String, String> environment) {
        Settings settings = new Settings();
        String name = "a lower-case DNS name";
        String cluster = settings.text("--cluster", options.cluster, WatchedWebhook::isValidName, name);
        String webhook = settings.text("--webhook-name", options.webhookName, WatchedWebhook::isValidName, name);
        boolean named = WatchedWebhook.isValidName(cluster) && WatchedWebhook.isValidName(webhook);
        Duration lease = settings.duration("--lease-duration", options.leaseDuration, SECOND.multipliedBy(2), HOUR);
        AuditorConfig config = new AuditorConfig(
                named ? new WatchedWebhook(cluster, webhook) : STAND_IN,
                roles(settings, options.roles),
                options.identity == null ? defaultIdentity(environment) : settings.text("--identity", options.identity),
                options.kubeconfig == null ? null : settings.file("--kubeconfig", options.kubeconfig),
                settings.text("--lease-namespace", options.leaseNamespace, WatchedWebhook::isValidName, name),
                new Leadership.Timing(
                        lease,
                        lease.multipliedBy(2).dividedBy(3),
                        lease.multipliedBy(2).dividedBy(15)),
                postgres(settings, options.postgres, environment),
                new HistoryPolicy(
                        quietPeriod(settings, options.quietPeriod),
                        settings.duration("--retention", options.retention, DAY, DAY.multipliedBy(10_000)),
                        settings.duration("--unconfirmed-after", options.unconfirmedAfter, SECOND, DAY)),
                options.recreation.read(settings),
                settings.choice(
                        "--remediator",
                        options.remediator,
                        List.of(Remediator.values()),
                        remediator -> remediator.name().toLowerCase(Locale.ROOT)),
                settings.number("--observation-queue", options.observationQueue, 1, Integer.MAX_VALUE),
                new ObserveRole.Probes(
                        settings.duration(
                                "--probe-interval",
                                "0".equals(options.probeInterval) ? "0s" : options.probeInterval,
                                Duration.ZERO,
                                HOUR),
                        settings.text("--probe-namespace", options.probeNamespace, WatchedWebhook::isValidName, name)),
                new InetSocketAddress(
                        settings.text("--address", options.address),
                        settings.port("--management-port", options.managementPort)),
                KafkaSettings.read(settings, options.kafka, environment),
                settings.number("--topic-partitions", options.topicPartitions, 1, 10_000));
        settings.check();
        return config;
    }

    static Duration quietPeriod(Settings settings, @Nullable String value) {
        return settings.duration("--quiet-period", value, SECOND, HOUR);
    }

    private static Set<Role> roles(Settings settings, @Nullable String value) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String word : settings.text("--roles", value).split(",")) {
            roles.add(settings.choice(
                    "--roles",
                    word.strip(),
                    List.of(Role.values()),
                    role -> role.name().toLowerCase(Locale.ROOT)));
        }
        return roles;
    }

    static Postgres postgres(Settings settings, PostgresOptions options, Map<String, String> environment) {
        String password = environment.get("INJECTION_AUDITOR_POSTGRES_PASSWORD");
        if (options.passwordFile != null) {
            Path file = settings.file("--postgres-password-file", options.passwordFile);
            try {
                password = Files.isReadable(file) ? Files.readString(file).strip() : null;
            } catch (IOException e) {
                settings.problem("--postgres-password-file", "cannot be read: " + file);
            }
        }
        return new Postgres(
                settings.text("--postgres-url", options.url, Database::isUsable, Database.USABLE),
                settings.text("--postgres-user", options.user),
                password);
    }

    private static String defaultIdentity(Map<String, String> environment) {
        String host = environment.get("HOSTNAME");
        if (host == null) {
            try {
                host = InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                host = "auditor";
            }
        }
        return host + "-" + ProcessHandle.current().pid();
    }
}
