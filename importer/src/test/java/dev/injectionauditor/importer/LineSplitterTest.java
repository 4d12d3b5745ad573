package dev.injectionauditor.importer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineSplitterTest {

    private static final int TOO_LONG = 8 * 1024 * 1024 + 1;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 65_536})
    void shouldFindTheSameLinesHoweverTheyArrive(int pieces) throws IOException {
        // Given lines of many lengths, empty ones, and a last one without an end
        List<String> lines = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int length = 0; length < 300; length += 13) {
            lines.add("x".repeat(length * length / 7));
            text.append(lines.getLast()).append('\n');
        }
        text.append("last");
        lines.add("last");

        // Then all but the empty ones come out
        assertThat(split(text.toString(), pieces))
                .isEqualTo(lines.stream().filter(line -> !line.isEmpty()).toList());
    }

    @Test
    void shouldPassOverALineThatIsTooLongAndGoOn() throws IOException {
        String text = "before\n" + "x".repeat(TOO_LONG) + "\nafter\n" + "y".repeat(TOO_LONG);
        assertThat(split(text, 65_536)).containsExactly("before", "TOO LONG", "after", "TOO LONG");
    }

    private static List<String> split(String text, int pieces) throws IOException {
        List<String> lines = new ArrayList<>();
        InputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                return super.read(bytes, offset, Math.min(length, pieces));
            }
        };
        LineSplitter splitter = new LineSplitter(in, new LineSplitter.Sink() {
            @Override
            public void line(byte[] bytes, int offset, int length) {
                lines.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
            }

            @Override
            public void tooLong() {
                lines.add("TOO LONG");
            }
        });
        while (splitter.readSome() >= 0) {
            // The lines are collected above.
        }
        return lines;
    }
}
