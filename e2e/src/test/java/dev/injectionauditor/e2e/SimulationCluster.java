package dev.injectionauditor.e2e;

import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.localstack.cluster.admission.AdmissionCall;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/** The simulation; its own ledger is the witness. */
final class SimulationCluster implements Cluster {

    private final SimulatedCluster cluster;
    private final KubernetesClient client;
    private final Path kubeconfig;

    SimulationCluster(Path folder) throws IOException {
        cluster = SimulatedCluster.start(0, InstantSource.system());
        client = cluster.client();
        kubeconfig = folder.resolve("simulation.kubeconfig");
        cluster.writeKubeconfig(kubeconfig);
    }

    @Override
    public String description() {
        return "the SIMULATION of a cluster";
    }

    @Override
    public Path kubeconfig() {
        return kubeconfig;
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public String witness() {
        return "ledger of the simulation";
    }

    @Override
    public List<Call> calls(String webhook) {
        return cluster.calls(webhook).stream().map(SimulationCluster::call).toList();
    }

    private static Call call(AdmissionCall call) {
        return new Call(
                UUID.fromString(call.uid()),
                call.namespace() + "/" + call.name(),
                call.createdAt(),
                call.version(),
                call.receivedAt(),
                call.at(),
                call.applied(),
                call.dryRun());
    }

    @Override
    public boolean restartApiServer() throws IOException {
        cluster.restartApiServer();
        return true;
    }

    @Override
    public void close() {
        client.close();
        cluster.close();
    }
}
