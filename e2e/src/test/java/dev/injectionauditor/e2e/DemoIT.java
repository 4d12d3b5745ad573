package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
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

        // And nothing is left, neither of its services nor of PostgreSQL, which detaches itself
        String files = find("logs +(\\S+)", lines);
        String postgres = "-p " + find("PostgreSQL at \\S+:(\\d+)/", lines) + " ";
        assertThat(Path.of(files)).doesNotExist();
        assertThat(ProcessHandle.allProcesses()
                        .map(process -> process.info().commandLine().orElse(""))
                        .filter(process -> process.contains(files) || process.contains(postgres)))
                .isEmpty();
    }

    private static String find(String pattern, List<String> lines) {
        return lines.stream()
                .flatMap(line -> Pattern.compile(pattern).matcher(line).results())
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();
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
}
