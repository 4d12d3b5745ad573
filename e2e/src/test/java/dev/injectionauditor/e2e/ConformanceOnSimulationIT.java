package dev.injectionauditor.e2e;

import java.nio.file.Path;

/** What is relied on, on the simulation; {@code ./run e2e} runs it there only if no real cluster is at hand. */
class ConformanceOnSimulationIT extends Conformance {

    @Override
    Cluster startCluster(Path folder) throws Exception {
        return Clusters.startSimulation(folder);
    }
}
