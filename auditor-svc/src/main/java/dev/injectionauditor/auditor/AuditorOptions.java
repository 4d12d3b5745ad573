package dev.injectionauditor.auditor;

import dev.injectionauditor.service.KafkaOptions;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the service. Values are raw; {@link AuditorConfig} checks them. */
@Command(
        name = "auditor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {RebuildCommand.class, PlanCommand.class},
        description =
                "Observes the Pods of a cluster, decides which of them the webhook missed, keeps the history in PostgreSQL"
                        + " and has missed Pods recreated.")
final class AuditorOptions implements Callable<Integer> {

    @Option(
            names = "--cluster",
            paramLabel = "ID",
            description = "Id of the cluster, the same as the webhook's. Required.")
    @Nullable String cluster;

    @Option(
            names = "--webhook-name",
            paramLabel = "NAME",
            defaultValue = "kubernetes-service-host.injection-auditor.dev",
            description = "Name of the watched webhook in its MutatingWebhookConfiguration. Default: ${DEFAULT-VALUE}")
    @Nullable String webhookName;

    @Option(
            names = "--roles",
            paramLabel = "ROLE,...",
            defaultValue = "observe,audit,remediate",
            description = "Which roles this process plays. Default: ${DEFAULT-VALUE}")
    @Nullable String roles;

    @Option(
            names = "--identity",
            paramLabel = "NAME",
            description = "Name of this process among its replicas. Default: HOSTNAME or the name of the host, and the"
                    + " process id")
    @Nullable String identity;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "How to reach the API server. Default: the service account of the Pod, or KUBECONFIG, or"
                    + " ~/.kube/config")
    @Nullable String kubeconfig;

    @Option(
            names = "--lease-namespace",
            paramLabel = "NAMESPACE",
            defaultValue = "injection-auditor",
            description = "Namespace of the Leases. Default: ${DEFAULT-VALUE}")
    @Nullable String leaseNamespace;

    @Mixin
    final PostgresOptions postgres = new PostgresOptions();

    @Option(
            names = "--quiet-period",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "How long calls must be applied again before an outage counts as over. Default:"
                    + " ${DEFAULT-VALUE}")
    @Nullable String quietPeriod;

    @Option(
            names = "--retention",
            paramLabel = "TIME",
            defaultValue = "30d",
            description = "How long rows of single Pods are kept, and up to a week longer; missed Pods and outages are"
                    + " kept for good. Default: ${DEFAULT-VALUE}")
    @Nullable String retention;

    @Option(
            names = "--unconfirmed-after",
            paramLabel = "TIME",
            defaultValue = "5m",
            description = "How long the admission event of a Pod may take to come before the Pod is flagged as"
                    + " unconfirmed. Default: ${DEFAULT-VALUE}")
    @Nullable String unconfirmedAfter;

    @Mixin
    final RecreationOptions recreation = new RecreationOptions();

    @Option(
            names = "--remediator",
            paramLabel = "WHO",
            defaultValue = "builtin",
            description = "builtin: the role remediate executes recreation requests. external: a job of yours does; the"
                    + " role only writes Kubernetes Events. Default: ${DEFAULT-VALUE}")
    @Nullable String remediator;

    @Option(
            names = "--observation-queue",
            paramLabel = "COUNT",
            defaultValue = "200000",
            description = "How many observations may wait for Kafka. More than the Pods of the cluster. Default:"
                    + " ${DEFAULT-VALUE}")
    @Nullable String observationQueue;

    @Option(
            names = "--probe-interval",
            paramLabel = "TIME",
            defaultValue = "10s",
            description = "Pause between two dry-run creations of a Pod, which show whether the webhook is called when"
                    + " nobody creates Pods; 0 for none. Default: ${DEFAULT-VALUE}")
    @Nullable String probeInterval;

    @Option(
            names = "--probe-namespace",
            paramLabel = "NAMESPACE",
            defaultValue = "injection-auditor-probe",
            description = "Namespace of these Pods. It has to exist, to be selected by the webhook, and to permit their"
                    + " creation; none is ever stored. Default: ${DEFAULT-VALUE}")
    @Nullable String probeNamespace;

    @Option(
            names = "--lease-duration",
            paramLabel = "TIME",
            defaultValue = "15s",
            description = "How long others wait before they take over from a process that is silent. Default:"
                    + " ${DEFAULT-VALUE}")
    @Nullable String leaseDuration;

    @Option(
            names = "--address",
            paramLabel = "IP",
            defaultValue = "0.0.0.0",
            description = "Where the management port listens. Default: ${DEFAULT-VALUE}, which is every address, IPv6"
                    + " included")
    @Nullable String address;

    @Option(
            names = "--management-port",
            paramLabel = "PORT",
            defaultValue = "8081",
            description = "Plain HTTP: /healthz, /readyz, /metrics; 0 takes any free port. Default: ${DEFAULT-VALUE}")
    @Nullable String managementPort;

    @Option(
            names = "--topic-partitions",
            paramLabel = "COUNT",
            defaultValue = "12",
            description = "Number of partitions of each topic, where the audit role has to make the topics. Default:"
                    + " ${DEFAULT-VALUE}")
    @Nullable String topicPartitions;

    @Mixin
    final KafkaOptions kafka = new KafkaOptions();

    private final Map<String, String> environment;

    AuditorOptions(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws Exception {
        AuditorConfig config = AuditorConfig.read(this, environment);
        try (Auditor auditor = new Auditor(config)) {
            auditor.runUntilStopped();
        }
        return 0;
    }
}
