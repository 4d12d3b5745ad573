package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The import, as a user starts it. */
class ImportIT {

    private static final Path ROOT = Path.of("..");
    private static final Path LOG = ROOT.resolve("importer/src/test/resources/recorded/kube-apiserver-audit.jsonl");

    @TempDir
    Path folder;

    @Test
    void shouldKeepTheHistoryInAFolderAndAddToIt() throws Exception {
        // Given a folder that does not exist yet
        String history = "--folder=" + folder.resolve("history");

        // When a log is imported from a file, and again from standard input
        JsonNode first = run(0, null, history, "--json", LOG.toString());
        JsonNode second = run(0, LOG, history, "--json", "-");

        // Then the second time nothing is new, and the history is still there
        assertThat(first.get("pods").asInt()).isEqualTo(32);
        assertThat(first.get("windows")).hasSize(2);
        assertThat(second.get("pods").asInt()).isZero();
        assertThat(second.get("skipped").get("repeated").asInt()).isEqualTo(32);
        assertThat(second.get("windows")).isEqualTo(first.get("windows"));
    }

    @Test
    void shouldNameALogThatIsDamagedAndReadTheOthers() throws Exception {
        // Given a log that begins as a compressed one does, and is none
        Path damaged =
                Files.write(folder.resolve("damaged.gz"), new byte[] {0x1f, (byte) 0x8b, 0, 0, 0, 0, 0, 0, 0, 0});

        // When it is imported together with another one
        JsonNode summary =
                run(1, null, "--folder=" + folder.resolve("history"), "--json", damaged.toString(), LOG.toString());

        // Then it is named, and the other one is in the history
        assertThat(Files.readString(folder.resolve("errors")))
                .contains(damaged + ": cannot be read to its end: ZipException");
        assertThat(summary.get("pods").asInt()).isEqualTo(32);
    }

    @Test
    void shouldShowNoProgressWhereThereIsNoTerminal() throws Exception {
        // Given a log that takes long to read: one line without an end
        Path log = folder.resolve("long.log");
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.setLength(2L << 30);
        }

        run(0, null, "--folder=" + folder.resolve("history"), "--json", log.toString());

        assertThat(folder.resolve("errors")).content().doesNotContain("\r");
        assertThat(folder.resolve("output")).content().doesNotContain("\r");
    }

    @Test
    void shouldReportAllBadSettingsAtOnce() throws Exception {
        run(
                2,
                null,
                "--quiet-period=soon",
                "--cluster=Not A Name",
                folder.resolve("nothing").toString());

        assertThat(Files.readString(folder.resolve("errors")))
                .contains("--quiet-period", "--cluster", "FILE: is not a readable file");
    }

    private JsonNode run(int exitCode, Path input, String... options) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(Import.command(options))
                .redirectInput(input == null ? Redirect.PIPE : Redirect.from(input.toFile()))
                .redirectOutput(output.toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as("%s", Files.readString(folder.resolve("errors")))
                .isEqualTo(exitCode);
        List<String> lines = Files.readAllLines(output);
        return JsonMapper.shared().readTree(lines.isEmpty() ? "null" : lines.getLast());
    }
}
