package dev.injectionauditor.importer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BytesTest {

    private static final byte[] OFTEN = {'"', '\\', '\n', ' ', '!', 0x1f, 0, 0x7f, (byte) 0x80, (byte) 0xff};

    @Test
    void shouldFindWhatALoopOverTheBytesFinds() {
        Random random = new Random(1);
        for (int round = 0; round < 100_000; round++) {
            // Given bytes, few of which are looked for
            byte[] bytes = new byte[random.nextInt(100)];
            int rare = random.nextInt(1, 100);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = random.nextInt(rare) == 0 ? OFTEN[random.nextInt(OFTEN.length)] : (byte) 'a';
            }
            int end = random.nextInt(bytes.length + 1);
            int from = random.nextInt(end + 1);

            assertThat(Bytes.indexOf('\n', bytes, from, end)).isEqualTo(lineEnd(bytes, from, end));
            assertThat(Bytes.endOfPlainText(bytes, from, end)).isEqualTo(endOfPlainText(bytes, from, end));
        }
    }

    private static int lineEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    private static int endOfPlainText(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && (bytes[at] & 0xff) >= 0x20 && bytes[at] >= 0 && bytes[at] != '"' && bytes[at] != '\\') {
            at++;
        }
        return at;
    }
}
