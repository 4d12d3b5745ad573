package dev.injectionauditor.e2e;

import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The scenarios on the real cluster that is at hand. */
class ScenariosOnRealClusterIT extends Scenarios {

    @Override
    Cluster startCluster(Path folder) throws Exception {
        Clusters.Choice choice = Clusters.choose();
        if (choice.real().isEmpty()) {
            System.out.println("Not run on a real cluster: " + choice.report());
            Assumptions.abort("no real cluster: " + choice.report());
        }
        return choice.real().get().start().in(folder);
    }
}
