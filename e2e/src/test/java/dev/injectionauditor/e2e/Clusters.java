package dev.injectionauditor.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;

/**
 * Which cluster the suite runs on: the one of a kubeconfig, else a control plane from programs on this machine, else
 * k3s in Docker, else the simulation. {@code ./run e2e} sets the system properties.
 */
final class Clusters {

    /** Makes a cluster; the suite closes it. */
    interface Start {
        Cluster in(Path folder) throws IOException, InterruptedException;
    }

    /**
     * A real cluster.
     *
     * @param what for people
     */
    record Real(String what, Start start) {}

    /** The real cluster that is at hand, if one is, and what was looked for. */
    record Choice(Optional<Real> real, String report) {}

    private Clusters() {}

    /** Looks for a real cluster. */
    static Choice choose() {
        String kubeconfig = System.getProperty("e2e.kubeconfig", "");
        if (!kubeconfig.isEmpty()) {
            return chosen("the cluster of " + kubeconfig, folder -> new GivenCluster(Path.of(kubeconfig)));
        }
        Binaries.Search search = Binaries.find(System.getenv(), Boolean.getBoolean("e2e.download"));
        if (search.found().isPresent()) {
            Binaries binaries = search.found().get();
            return chosen(
                    "kube-apiserver and etcd found " + search.report(), folder -> new ControlPlane(binaries, folder));
        }
        if (isDockerThere()) {
            return chosen("k3s in Docker", K3sCluster::new);
        }
        return new Choice(
                Optional.empty(),
                "no --kubeconfig; no kube-apiserver and etcd: " + search.report() + "; no Docker engine answers");
    }

    /** Starts the real cluster that is at hand; aborts the test with the reason if none is. */
    static Cluster startReal(Path folder) throws IOException, InterruptedException {
        Choice choice = choose();
        if (choice.real().isEmpty()) {
            System.out.println("Not run on a real cluster: " + choice.report());
            return Assumptions.abort("no real cluster: " + choice.report());
        }
        return choice.real().get().start().in(folder);
    }

    /** Starts the simulation; aborts if only one cluster is wanted and a real one is at hand. */
    static Cluster startSimulation(Path folder) throws IOException {
        Assumptions.assumeFalse(
                Boolean.getBoolean("e2e.one") && choose().real().isPresent(), "a real cluster is at hand");
        return new SimulationCluster(folder);
    }

    private static Choice chosen(String what, Start start) {
        return new Choice(Optional.of(new Real(what, start)), what);
    }

    private static boolean isDockerThere() {
        return DockerClientFactory.instance().isDockerAvailable();
    }
}
