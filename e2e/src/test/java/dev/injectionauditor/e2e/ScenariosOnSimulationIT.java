package dev.injectionauditor.e2e;

import java.nio.file.Path;

/** The scenarios on the simulation; {@code ./run e2e} runs it there only if no real cluster is at hand. */
class ScenariosOnSimulationIT extends Scenarios {

    @Override
    Cluster startCluster(Path folder) throws Exception {
        return Clusters.startSimulation(folder);
    }
}
