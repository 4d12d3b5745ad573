package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The demo, as a user starts it: with processes of its own. */
class DemoIT {

    private static final Path ROOT = Path.of("..");

    @TempDir
    Path folder;

    @Test
    void shouldRepairWhatWasMissedAndLeaveNothingBehind() throws Exception {
        // Given
        Set<Long> before = processesOfDemos();

        // When the demo runs to its end
        Path output = folder.resolve("output");
        Process demo = new ProcessBuilder(command("--exit"))
                .redirectOutput(output.toFile())
                .redirectError(Redirect.INHERIT)
                .start();
        assertThat(demo.waitFor(3, TimeUnit.MINUTES)).isTrue();

        // Then all was repaired, as its last line says
        List<String> lines = Files.readAllLines(output);
        JsonNode outcome = JsonMapper.shared().readTree(lines.getLast());
        assertThat(demo.exitValue()).as("%s", lines).isZero();
        assertThat(outcome.propertyNames())
                .containsExactly("pods", "injected", "missed", "outages", "openOutages", "recreated", "stillMissing");
        long missed = outcome.get("missed").asLong();
        assertThat(missed).isPositive();
        assertThat(outcome.get("recreated").asLong()).isEqualTo(missed);
        assertThat(outcome.get("pods").asLong())
                .isEqualTo(missed + outcome.get("injected").asLong());
        assertThat(outcome.get("outages").asLong()).isOne();
        assertThat(outcome.get("openOutages").asLong()).isZero();
        assertThat(outcome.get("stillMissing").asLong()).isZero();
        // And it says what it runs on, and how to look further
        assertThat(lines).anyMatch(line -> line.contains("SIMULATION")).anyMatch(line -> line.contains("psql"));

        // And nothing is left running
        assertThat(processesOfDemos()).isEqualTo(before);
    }

    private static List<String> command(String... options) {
        Path libraries = ROOT.resolve("local-stack/target/lib");
        return Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "--sun-misc-unsafe-memory-access=allow",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                ROOT.resolve("local-stack/target/local-stack.jar") + ":" + libraries + "/*",
                                "dev.injectionauditor.localstack.demo.DemoMain",
                                "--services=" + ROOT),
                        Stream.of(options))
                .toList();
    }

    /** Processes that a demo starts; PostgreSQL detaches itself, so descendants are not enough. */
    private static Set<Long> processesOfDemos() {
        return Stream.concat(
                        ProcessHandle.current().descendants(),
                        ProcessHandle.allProcesses()
                                .filter(process -> process.info()
                                        .commandLine()
                                        .filter(line -> line.contains("injection-auditor-postgres"))
                                        .isPresent()))
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }
}
