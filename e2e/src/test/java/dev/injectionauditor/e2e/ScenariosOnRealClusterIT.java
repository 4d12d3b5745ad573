package dev.injectionauditor.e2e;

import java.nio.file.Path;

/** The scenarios on the real cluster that is at hand. */
class ScenariosOnRealClusterIT extends Scenarios {

    @Override
    Cluster startCluster(Path folder) throws Exception {
        return Clusters.startReal(folder);
    }
}
