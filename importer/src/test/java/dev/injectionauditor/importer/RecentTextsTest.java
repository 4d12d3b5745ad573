package dev.injectionauditor.importer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentTextsTest {

    private final RecentTexts recent = new RecentTexts();

    @Test
    void shouldNeverTakeATextForAnotherOne() {
        // Given texts that are alike: of few letters, and long ones that differ in one place
        Random random = new Random(1);
        int known = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder text = new StringBuilder("a".repeat(random.nextInt(4) * random.nextInt(75)));
            for (int letter = random.nextInt(3); letter > 0; letter--) {
                text.insert(random.nextInt(text.length() + 1), (char) ('a' + random.nextInt(4)));
            }
            byte[] bytes = ("-" + text + "-").getBytes(StandardCharsets.UTF_8);

            // Then what is found is the text itself
            String found = recent.find(bytes, 1, bytes.length - 1);
            if (found == null) {
                recent.keep(bytes, 1, bytes.length - 1, text.toString());
            } else {
                known++;
                assertThat(found).isEqualTo(text.toString());
            }
        }
        assertThat(known).isBetween(50_000, 199_000);
    }

    @Test
    void shouldFindATextAgainWhereverItIsAndNotKeepLongOnes() {
        byte[] bytes = "xxstageTimestampxxstageTimestamp".getBytes(StandardCharsets.UTF_8);
        String kept = recent.keep(bytes, 2, 16, "stageTimestamp");

        assertThat(recent.find(bytes, 18, 32)).isSameAs(kept);

        byte[] longer = new byte[300];
        recent.keep(longer, 0, longer.length, "long");
        assertThat(recent.find(longer, 0, longer.length)).isNull();
    }
}
