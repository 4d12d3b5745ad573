package dev.injectionauditor.localstack.demo;

import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The story that the demo plays, and the parts that play it. */
final class Demo implements AutoCloseable {

    private static final String CLUSTER = "demo";
    private static final String PATH = "/webhooks/kubernetes-service-host";
    private static final int REPLICAS = 3;
    private static final int SECONDS_TO_REPAIR = 120;

    private final Console console;
    private final Path services;
    private final @Nullable Path realCluster;
    private final String webhookHost;
    private final Path folder;
    private final List<Integer> ports;
    private LocalCertificates.@Nullable ServingFiles certificate;
    private @Nullable Stack stack;
    private @Nullable Workloads workloads;
    private @Nullable ServiceProcess webhook;
    private @Nullable ServiceProcess auditor;

    /** What came out, as the history has it. */
    record Outcome(
            long pods, long injected, long missed, long outages, long openOutages, long recreated, long stillMissing) {

        String json() {
            return ("{\"pods\":%d,\"injected\":%d,\"missed\":%d,\"outages\":%d,\"openOutages\":%d,\"recreated\":%d,"
                            + "\"stillMissing\":%d}")
                    .formatted(pods, injected, missed, outages, openOutages, recreated, stillMissing);
        }

        boolean isRepaired() {
            return missed > 0 && outages > 0 && openOutages == 0 && recreated == missed && stillMissing == 0;
        }
    }

    Demo(Console console, Path services, @Nullable Path realCluster, String webhookHost) throws IOException {
        this.console = console;
        this.services = services;
        this.realCluster = realCluster;
        this.webhookHost = webhookHost;
        this.folder = Files.createTempDirectory("injection-auditor-demo");
        this.ports = FreePorts.find(3);
    }

    Outcome run() throws IOException, InterruptedException, SQLException, TimeoutException {
        console.print("Injection Auditor: the whole flow on one machine.");
        console.print(
                realCluster == null
                        ? "PostgreSQL and Kafka are real. The Kubernetes cluster is a SIMULATION."
                        : "PostgreSQL, Kafka and the Kubernetes cluster are real.");
        console.say("Starting PostgreSQL, Kafka and the cluster");
        stack = new Stack(folder, realCluster);
        stack.start();
        workloads = new Workloads(stack.client());
        console.say("PostgreSQL at " + stack.psqlUrl() + ", Kafka at " + stack.kafkaAddress());
        startServices();
        console.say("Webhook and auditor are ready, each a process of its own");

        workloads.deploy(REPLICAS);
        int pods = workloads.deployments() * REPLICAS;
        workloads.awaitPods(pods);
        console.say(pods + " Pods created" + simulation() + ", the webhook applied");
        // A creationTimestamp has whole seconds: one between the last applied call and the outage.
        TimeUnit.SECONDS.sleep(1);

        webhook.kill();
        console.say("Webhook killed: connections are refused from now on");
        workloads.scale(REPLICAS * 2);
        workloads.awaitPods(pods * 2);
        console.say(
                pods + " more Pods created" + simulation() + ", and the API server told nobody that it failed open");
        TimeUnit.SECONDS.sleep(2);

        webhook = startWebhook();
        webhook.awaitReady();
        console.say("Webhook is back");
        workloads.scale(REPLICAS * 2 + 1);
        workloads.awaitPods(pods * 2 + workloads.deployments());
        console.say("New Pods have the injection again; waiting for the repair of those that were missed");
        Outcome outcome = awaitRepair();
        console.print("");
        new Report(stack.jdbcUrl()).story(stack, simulation()).forEach(console::print);
        console.print("  logs  " + folder);
        console.print("");
        return outcome;
    }

    private String simulation() {
        return realCluster == null ? " in the simulation" : "";
    }

    private void startServices() throws IOException, InterruptedException {
        LocalCertificates certificates = new LocalCertificates();
        certificate = certificates.writeServing(folder.resolve("tls"), webhookHost);
        workloads.createNamespace();
        webhook = startWebhook();
        auditor = new ServiceProcess(
                "auditor",
                services.resolve("auditor-svc/target/auditor-svc.jar"),
                List.of(
                        "--cluster=" + CLUSTER,
                        "--kubeconfig=" + stack.kubeconfig(),
                        "--lease-namespace=" + Workloads.NAMESPACE,
                        "--kafka-bootstrap-servers=" + stack.kafkaAddress(),
                        "--postgres-url=" + stack.jdbcUrl(),
                        "--postgres-user=" + LocalPostgres.USER,
                        "--topic-partitions=1",
                        "--recreation=recreate",
                        "--probe-namespace=" + Workloads.NAMESPACE,
                        "--probe-interval=2s",
                        "--address=127.0.0.1",
                        "--management-port=" + ports.get(2)),
                ports.get(2),
                folder.resolve("auditor.log"));
        webhook.awaitReady();
        workloads.configureWebhook("https://" + webhookHost + ":" + ports.get(0) + PATH, certificates.authorityPem());
        auditor.awaitReady();
    }

    private ServiceProcess startWebhook() throws IOException {
        return new ServiceProcess(
                "webhook",
                services.resolve("webhook-svc/target/webhook-svc.jar"),
                List.of(
                        "--cluster=" + CLUSTER,
                        "--kubernetes-service-host=api.demo.example",
                        "--address=" + (realCluster == null ? "127.0.0.1" : "0.0.0.0"),
                        "--port=" + ports.get(0),
                        "--management-port=" + ports.get(1),
                        "--tls-cert=" + certificate.certificate(),
                        "--tls-key=" + certificate.key(),
                        "--spool-folder=" + folder.resolve("webhook-spool"),
                        // Nobody is on the way to it any more when the demo ends.
                        "--drain=0s",
                        "--kafka-bootstrap-servers=" + stack.kafkaAddress()),
                ports.get(1),
                folder.resolve("webhook.log"));
    }

    private Outcome awaitRepair() throws SQLException, InterruptedException {
        Report report = new Report(stack.jdbcUrl());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_REPAIR);
        Outcome outcome = report.outcome();
        long told = -1;
        while (!outcome.isRepaired() && System.nanoTime() < deadline) {
            if (outcome.recreated() != told) {
                told = outcome.recreated();
                console.say("%d missed, %d recreated with the injection".formatted(outcome.missed(), told));
            }
            TimeUnit.MILLISECONDS.sleep(200);
            outcome = report.outcome();
        }
        console.say(outcome.isRepaired() ? "All repaired" : "Not repaired in time");
        return outcome;
    }

    @Override
    public synchronized void close() {
        if (workloads != null && realCluster != null) {
            workloads.delete();
            workloads = null;
        }
        if (auditor != null) {
            auditor.close();
            auditor = null;
        }
        if (webhook != null) {
            webhook.close();
            webhook = null;
        }
        if (stack != null) {
            stack.close();
            stack = null;
        }
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            console.say("cannot delete " + folder);
        }
    }
}
