package dev.injectionauditor.e2e;

import java.nio.file.Path;

/** What is relied on, on the real cluster that is at hand. */
class ConformanceOnRealClusterIT extends Conformance {

    @Override
    Cluster startCluster(Path folder) throws Exception {
        return Clusters.startReal(folder);
    }
}
