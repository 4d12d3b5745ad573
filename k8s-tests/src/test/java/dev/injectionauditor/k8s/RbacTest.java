package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RbacTest {

    @Test
    void shouldAllowTheAuditorToAskForAPodEvenIfItOnlyReports() throws Exception {
        // Given the rights of the auditor without those for recreation
        Rbac rights = Rbac.of(
                Kustomize.parse(Files.readString(Path.of("..", "k8s", "base", "auditor-rbac.yaml"))), "auditor");

        // Then it may ask for the whole of a Pod that match conditions are to decide about, and for no more
        ApiCall get = new ApiCall("get", "", "pods", "shop", "web-1");
        ApiCall evict = new ApiCall("create", "", "pods/eviction", "shop", "web-1");
        assertThat(rights.missing(List.of(get, evict))).containsExactly(evict);
    }
}
