package dev.injectionauditor.e2e;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;

/** The scenarios on the simulation; {@code ./run e2e} runs them there only if no real cluster is at hand. */
class ScenariosOnSimulationIT extends Scenarios {

    @Override
    Cluster startCluster(Path folder) throws Exception {
        assumeFalse(Boolean.getBoolean("e2e.one") && Clusters.choose().real().isPresent(), "a real cluster is at hand");
        return new SimulationCluster(folder);
    }
}
