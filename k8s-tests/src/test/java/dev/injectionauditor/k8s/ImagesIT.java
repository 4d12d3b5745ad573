package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.junit.LongTest;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The images, built without Docker from a base image in a local tar, and run from there. */
@LongTest
class ImagesIT {

    @TempDir
    Path folder;

    @Test
    void shouldRunByTheCommandLinesOfTheImages() throws Exception {
        // Given a base image in a tar
        run(2, "sh", "src/test/resources/base-image.sh", folder.toString());

        // When the images are built on it
        String output = run(15, "../run", "images", "--base=tar://" + folder.resolve("base.tar"));

        // Then each service got ready by the image's own command line, first without a cache and then with its own
        assertThat(output.lines().filter(line -> line.startsWith("ready after")))
                .as(output)
                .hasSize(4);
        for (String service : List.of("webhook", "auditor")) {
            JsonNode config =
                    config(Path.of("..", service + "-svc", "target", "jib-image.tar"), folder.resolve(service));
            // And it is not root, has the ports of the service, and uses the cache
            assertThat(config.path("User").asString()).isEqualTo("65532:65532");
            assertThat(Manifests.texts(config.path("Entrypoint"))).contains("-XX:AOTCache=/app/aot/service.aot");
            assertThat(config.path("ExposedPorts").propertyNames())
                    .containsExactlyInAnyOrderElementsOf(
                            service.equals("webhook") ? List.of("8443/tcp", "8080/tcp") : List.of("8081/tcp"));
        }
    }

    private static JsonNode config(Path tar, Path folder) throws Exception {
        Files.createDirectories(folder);
        run(1, "tar", "-xf", tar.toString(), "-C", folder.toString(), "config.json");
        return JsonMapper.shared()
                .readTree(Files.readString(folder.resolve("config.json")))
                .path("config");
    }

    private static String run(int minutes, String... command) throws Exception {
        Path output = Files.createTempFile("output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.to(output.toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        boolean ended = process.waitFor(minutes, TimeUnit.MINUTES);
        process.destroyForcibly();
        String text = Files.readString(output);
        Files.delete(output);
        assertThat(ended && process.exitValue() == 0)
                .as("%s: %s", List.of(command), text)
                .isTrue();
        return text;
    }
}
