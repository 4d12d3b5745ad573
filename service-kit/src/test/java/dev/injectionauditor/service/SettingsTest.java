package dev.injectionauditor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

    private final Settings settings = new Settings();

    @Test
    void shouldReadWhatIsRight(@TempDir Path folder) throws IOException {
        // Given a file
        Path file = Files.writeString(folder.resolve("file"), "content");

        // When settings of every kind are read
        assertThat(settings.text("--name", "value")).isEqualTo("value");
        assertThat(settings.text("--name", "value", text -> text.startsWith("v"), "never seen"))
                .isEqualTo("value");
        assertThat(settings.number("--count", "-3", -3, 3)).isEqualTo(-3);
        assertThat(settings.port("--port", "65535")).isEqualTo(65_535);
        assertThat(settings.file("--file", file.toString())).isEqualTo(file);
        assertThat(settings.choice("--mode", "two", List.of(1, 2), n -> n == 1 ? "one" : "two"))
                .isEqualTo(2);

        // Then there is nothing to complain about
        assertThatCode(settings::check).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "10s,PT10S", "5m,PT5M", "24h,PT24H", "30d,PT720H", "PT1M30S,PT1M30S"})
    void shouldReadLengthsOfTime(String text, Duration expected) {
        assertThat(settings.duration("--wait", text, Duration.ZERO, Duration.ofDays(365)))
                .isEqualTo(expected);
        assertThatCode(settings::check).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "10 s", "-1s", "1.5s", "1w", "s", "12345678901s", "soon"})
    void shouldRefuseOtherLengthsOfTime(String text) {
        settings.duration("--wait", text, Duration.ZERO, Duration.ofDays(365));

        assertThat(problems()).singleElement().asString().startsWith("--wait: must be");
    }

    @Test
    void shouldSayTheRangeOfALengthOfTime() {
        settings.duration("--wait", "3s", Duration.ofMillis(100), Duration.ofSeconds(2));

        assertThat(problems()).containsExactly("--wait: must be from 100ms to 2s");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  "})
    void shouldSayWhatIsMissing(String nothing) {
        settings.text("--name", nothing);
        settings.number("--count", nothing, 1, 2);
        settings.duration("--wait", nothing, Duration.ZERO, Duration.ofSeconds(1));
        settings.file("--file", nothing);

        assertThat(problems())
                .containsExactly(
                        "--name: is missing", "--count: is missing", "--wait: is missing", "--file: is missing");
    }

    @Test
    void shouldKeepEveryMistakeInOrder(@TempDir Path folder) {
        // When everything is wrong
        settings.text("--name", "value", text -> false, "something else");
        settings.number("--count", "4", 1, 3);
        settings.number("--many", "99999999999", 1, 3);
        settings.port("--port", "65536");
        settings.file("--file", folder.toString());
        settings.choice("--mode", "three", List.of("one", "two"), word -> word);
        settings.problem("--other", "is odd");

        // Then every mistake is there, by name
        assertThat(problems())
                .containsExactly(
                        "--name: must be something else",
                        "--count: must be a whole number from 1 to 3",
                        "--many: must be a whole number from 1 to 3",
                        "--port: must be a whole number from 0 to 65535",
                        "--file: is not a readable file: " + folder,
                        "--mode: must be one of one, two",
                        "--other: is odd");
    }

    private List<String> problems() {
        return catchThrowableOfType(BadSettingsException.class, settings::check).problems();
    }
}
