package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.junit.LocalServices;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Rights, alerts and dashboards, held against the system while it works: an outage, its repair, a change of leader. */
class LiveSystemIT {

    private static final Path K8S = Path.of("..", "k8s");

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @TempDir
    static Path folder;

    private static LiveSystem system;
    private static Exposition metrics;

    @BeforeAll
    static void playAnOutage() throws Exception {
        system = new LiveSystem(SERVICES, folder);
        system.playAnOutage();
        system.createAPodInAYoungNamespace();
        metrics = Exposition.of(system.webhookMetrics(), system.auditorMetrics());
        system.stopAuditors();
    }

    @AfterAll
    static void stop() throws Exception {
        if (system != null) {
            system.close();
        }
    }

    @Test
    void shouldBeAllowedWhatItCallsForAndNothingElse() throws Exception {
        // Given the rights of the auditor, those for recreation included
        List<JsonNode> objects = new ArrayList<>();
        for (String file : List.of("base/auditor-rbac.yaml", "components/recreation/rbac.yaml")) {
            objects.addAll(Kustomize.parse(Files.readString(K8S.resolve(file))));
        }
        Rbac rights = Rbac.of(objects, "auditor");

        // Then they are for what it has called for, and it has called for all that they are for
        List<ApiCall> calls = system.calls();
        assertThat(rights.missing(calls)).as("missing rights").isEmpty();
        assertThat(rights.unused(calls)).as("unused rights").isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dev.injectionauditor.k8s.PromQl#ofAlerts")
    void shouldAlertOnMetricsThatThereAre(String alert, String expression) {
        assertThat(metrics.unknown(expression)).as(alert).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("dev.injectionauditor.k8s.PromQl#ofDashboard")
    void shouldPlotMetricsThatThereAre(String panel, String expression) {
        assertThat(metrics.unknown(expression)).as(panel).isEmpty();
    }

    @Test
    void shouldFindMetricsThatThereAreNot() {
        assertThat(metrics.unknown("sum by (colour) (rate(injection_auditor_verdicts_total{verdict=\"missed\"}[5m]))"))
                .containsExactly("colour");
        assertThat(metrics.unknown("max(injection_auditor_no_such_thing) > 0"))
                .containsExactly("injection_auditor_no_such_thing");
    }

    @ParameterizedTest
    @MethodSource("dev.injectionauditor.k8s.GrafanaSql#ofDashboard")
    void shouldShowTheHistory(String panel, String query) throws Exception {
        // When Grafana runs the query of the panel on the history of the outage
        List<List<Object>> rows = GrafanaSql.run(system.jdbcUrl(), query);

        // Then it has something to show, if anything of it happened
        if (panel.equals("Pods without the injection now")) {
            assertThat(rows).as("all were repaired").isEmpty();
        } else if (!panel.equals("Spans that nobody watched")) {
            assertThat(rows).isNotEmpty();
        }
    }
}
