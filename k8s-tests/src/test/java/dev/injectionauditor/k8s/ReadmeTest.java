package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.junit.Readme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** README.md has an example of an installation that works. */
class ReadmeTest {

    private static final String SOMEWHERE = "https://example.org/injection-auditor//k8s";

    @Test
    void shouldInstallByItsExample() throws Exception {
        // Given the example, with the folders of this repository
        Path folder = Files.createDirectories(Path.of("target", "readme-example"));
        List<String> example = Readme.read().code("yaml");
        assertThat(example).anyMatch(line -> line.contains(SOMEWHERE));
        Files.writeString(
                folder.resolve("kustomization.yaml"), String.join("\n", example).replace(SOMEWHERE, "../../../k8s"));

        // When it is built
        List<JsonNode> objects =
                Kustomize.build(Path.of("..", "k8s-tests").resolve(folder).toString());

        // Then both images come from its registry, with the tag of the base
        for (String service : List.of("webhook", "auditor")) {
            assertThat(Manifests.container(Manifests.one(objects, "Deployment", service))
                            .path("image")
                            .asString())
                    .isEqualTo("registry.example.org/injection-auditor/" + service + ":0.1.0");
        }
        // And both services have its settings
        assertThat(Manifests.all(objects, "ConfigMap").map(map -> map.path("data")))
                .anyMatch(data ->
                        data.path("INJECTION_AUDITOR_CLUSTER").asString("").equals("production"));
    }
}
