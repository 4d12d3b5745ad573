package dev.injectionauditor.auditor.observe.scope;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TimelineTest {

    private final Timeline<String> timeline = new Timeline<>();

    @Test
    void shouldTellWhatWasThenInForce() {
        // Given
        timeline.put(100, "a");
        timeline.put(200, "b");

        // Then
        assertThat(LongStream.of(1, 99, 100, 199, 200, 201, Long.MAX_VALUE)
                        .mapToObj(version -> timeline.at(version, "unknown")))
                .containsExactly("a", "a", "a", "a", "b", "b", "b");
    }

    @Test
    void shouldNotKnowWhatNobodyTold() {
        assertThat(timeline.at(5, "unknown")).isEqualTo("unknown");
    }

    @Test
    void shouldLetALaterWordAboutTheSameVersionsCount() {
        // Given a list in which the order is that of the names
        timeline.put(200, "a");
        timeline.put(100, "a and b");

        // Then
        assertThat(timeline.at(150, "unknown")).isEqualTo("a and b");
        assertThat(timeline.at(250, "unknown")).isEqualTo("a and b");
    }

    @Test
    void shouldForgetWhatIsOld() {
        // Given more than it keeps
        LongStream.rangeClosed(1, 100).forEach(version -> timeline.put(version, "v" + version));

        // Then
        assertThat(timeline.at(1, "unknown")).isEqualTo("v85");
        assertThat(timeline.at(99, "unknown")).isEqualTo("v99");
    }

    @Test
    void shouldTakeAVersionThatIsNoNumberForTheLatest() {
        // Given
        timeline.put(Timeline.version("opaque"), "a");

        // Then
        assertThat(timeline.at(Timeline.version("abc"), "unknown")).isEqualTo("a");
        assertThat(Timeline.version("18446744073709551616")).isEqualTo(Long.MAX_VALUE);
        assertThat(Timeline.version("680")).isEqualTo(680);
    }
}
