package dev.injectionauditor.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.junit.LongTest;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gigabyte of audit log goes through an import with a small heap. */
@LongTest
@Timeout(600)
class ImportAtScaleIT {

    private static final Pattern ID = Pattern.compile("(?<=\"auditID\":\")[^\"]+");
    private static final Pattern TIME = Pattern.compile("(?<=\"stageTimestamp\":\")[^\"]+");
    private static final Duration APART = Duration.ofMinutes(5);
    private static final long GIGABYTE = 1L << 30;

    @TempDir
    Path folder;

    @Test
    void shouldReadAGigabyteInConstantMemory() throws Exception {
        // Given the recorded log again and again, with other ids and at other times
        List<String> lines = Files.readAllLines(RecordedTraffic.AUDIT_LOG);
        int rounds = (int) Math.ceilDiv(GIGABYTE, Files.size(RecordedTraffic.AUDIT_LOG));

        // When it comes from standard input
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(Import.command("--folder=" + folder.resolve("history"), "--json", "-"))
                .redirectOutput(output.toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        long bytes = 0;
        try (OutputStream log = new BufferedOutputStream(process.getOutputStream(), 1 << 20)) {
            for (int round = 0; round < rounds; round++) {
                for (int line = 0; line < lines.size(); line++) {
                    byte[] event = moved(lines.get(line), round, line).getBytes(UTF_8);
                    log.write(event);
                    bytes += event.length;
                }
            }
        }
        assertThat(process.waitFor(8, TimeUnit.MINUTES)).isTrue();

        // Then nothing is lost
        assertThat(process.exitValue())
                .as("%s", Files.readString(folder.resolve("errors")))
                .isZero();
        assertThat(bytes).isGreaterThan(GIGABYTE);
        JsonNode summary =
                JsonMapper.shared().readTree(Files.readAllLines(output).getLast());
        assertThat(summary.get("events").asLong()).isEqualTo(35L * rounds);
        assertThat(summary.get("pods").asLong()).isEqualTo(32L * rounds);
        assertThat(summary.get("failedOpen").asLong()).isEqualTo(11L * rounds);
        assertThat(summary.get("windows").size()).isEqualTo(2 * rounds);
        for (int window = 0; window < 2 * rounds; window++) {
            assertThat(summary.get("windows").get(window).get("missed").asLong())
                    .isEqualTo(window % 2 == 0 ? 7 : 4);
        }
    }

    private static String moved(String event, int round, int line) {
        String other = ID.matcher(event).replaceFirst(new UUID(round, line).toString());
        return TIME.matcher(other)
                        .replaceFirst((MatchResult time) -> Instant.parse(time.group())
                                .plus(APART.multipliedBy(round))
                                .toString())
                + "\n";
    }
}
