package dev.injectionauditor.importer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.importer.Line.Reason;
import dev.injectionauditor.importer.Line.Skipped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fast way of reading lines never changes what they are. */
class PlainTextsTest {

    private static final int ROUNDS = 600;

    private final AuditEventReader slow = new AuditEventReader(new JacksonTexts());
    private final CountingTexts others = new CountingTexts();
    private final AuditEventReader fast = new AuditEventReader(new PlainTexts(others));

    /** Counts what the fast way leaves to the slow one. */
    private static final class CountingTexts implements JsonTexts {

        private final JsonTexts slow = new JacksonTexts();
        private int count;

        @Override
        public <T> T read(byte[] bytes, int offset, int length, Function<Json, T> reading, T broken) {
            count++;
            return slow.read(bytes, offset, length, reading, broken);
        }
    }

    @Test
    void shouldReadAllThatAnApiServerHasWrittenTheFastWay() throws IOException {
        for (String line : recorded()) {
            assertThat(read(fast, line)).isEqualTo(read(slow, line));
        }
        assertThat(others.count).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldReadDamagedAndStrangeLinesAsTheSlowWayDoes(long seed) throws IOException {
        // Given every recorded line with changes of all kinds
        Mutation mutation = new Mutation(new Random(seed));
        int compared = 0;
        List<Line> results = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (String line : recorded()) {
                byte[] changed = mutation.of(line);

                // Then both ways find the same, wherever in a buffer it is
                Line expected = slow.read(changed, 0, changed.length);
                byte[] buffer = new byte[changed.length + 20];
                int offset = round % 10;
                System.arraycopy(changed, 0, buffer, offset, changed.length);
                assertThat(fast.read(buffer, offset, changed.length))
                        .as("%s", new String(changed, StandardCharsets.UTF_8))
                        .isEqualTo(expected);
                results.add(expected);
                compared++;
            }
        }

        // And the comparison was worth it: lines of all kinds, a good part of them read the fast way
        assertThat(results).contains(new Skipped(Reason.NOT_JSON), new Skipped(Reason.NOT_AN_AUDIT_EVENT));
        assertThat(results.stream().filter(PodCreation.class::isInstance).count())
                .isGreaterThan(compared / 5);
        assertThat(others.count).isBetween(compared / 10, compared * 3 / 4);
    }

    private static List<String> recorded() throws IOException {
        List<String> lines = new ArrayList<>(Recorded.lines());
        lines.addAll(Recorded.serverSideApply());
        return lines;
    }

    private static Line read(AuditEventReader reader, String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return reader.read(bytes, 0, bytes.length);
    }
}
