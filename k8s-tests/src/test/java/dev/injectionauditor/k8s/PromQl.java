package dev.injectionauditor.k8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The expressions of the monitoring component. */
final class PromQl {

    static final Path MONITORING = Path.of("..", "k8s", "components", "monitoring");

    private PromQl() {}

    /** Name and expression of every alert. */
    static Stream<Arguments> ofAlerts() throws IOException {
        return rules().path("groups")
                .valueStream()
                .flatMap(group -> group.path("rules").valueStream())
                .map(rule -> Arguments.of(
                        rule.path("alert").asString(), rule.path("expr").asString()));
    }

    /** What a file of rules holds. */
    static JsonNode rules() throws IOException {
        return Kustomize.parse(Files.readString(MONITORING.resolve("alerts.yaml")))
                .getFirst()
                .path("spec");
    }

    /** Title and expression of every query of the dashboard of the services. */
    static Stream<Arguments> ofDashboard() throws IOException {
        return queries("injection-auditor-services.json", "expr");
    }

    /** Title and query of all panels of a dashboard. */
    static Stream<Arguments> queries(String dashboard, String field) throws IOException {
        return JsonMapper.shared()
                .readTree(Files.readString(MONITORING.resolve("dashboards").resolve(dashboard)))
                .path("panels")
                .valueStream()
                .flatMap(panel -> panel.path("targets")
                        .valueStream()
                        .map(target -> Arguments.of(
                                panel.path("title").asString(),
                                target.path(field).asString())));
    }
}
