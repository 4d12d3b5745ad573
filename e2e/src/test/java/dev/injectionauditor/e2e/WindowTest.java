package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The judge has to be right itself. */
class WindowTest {

    private static final Duration QUIET = Duration.ofSeconds(2);

    @Test
    void shouldFindBoundsFromTheCallsAround() {
        // Calls of a second each: + applied, - not applied
        assertThat(Window.of(calls("++--+++"), QUIET)).containsExactly(window(1, 2, 3, 4));
    }

    @Test
    void shouldMergeWhatIsNotQuietLongEnough() {
        assertThat(Window.of(calls("+-+-++-+"), QUIET)).containsExactly(window(0, 1, 3, 4), window(5, 6, 6, 7));
    }

    @Test
    void shouldKnowNoBoundWhereThereIsNoCall() {
        assertThat(Window.of(calls("--"), QUIET))
                .containsExactly(new Window(Optional.empty(), at(0), at(1), Optional.empty()));
        assertThat(Window.of(calls("+++"), QUIET)).isEmpty();
    }

    @Test
    void shouldNotTakeACallThatHadBegunBeforeForTheEnd() {
        // Given a call that began in the outage, and is given up when others are applied again
        Call slow = new Call(UUID.randomUUID(), "ns/slow", at(5), 5, at(3), at(5), false, false);
        List<Call> calls = new ArrayList<>(calls("++--+"));
        calls.add(slow);
        calls.addAll(calls("++++++++").subList(6, 8));

        // When, then
        assertThat(Window.of(calls, QUIET)).containsExactly(window(1, 2, 5, 4));
    }

    @Test
    void shouldTellWiderFromOutside() {
        Window truth = window(10, 20, 30, 40);

        assertThat(truth.isOutside(truth)).isFalse();
        assertThat(window(8, 21, 29, 43).isOutside(truth)).isFalse();
        assertThat(window(8, 21, 29, 43).distance(truth)).isEqualTo(Duration.ofSeconds(3));
        // A second is what a creationTimestamp leaves open
        assertThat(window(11, 19, 31, 39).isOutside(truth)).isFalse();
        assertThat(window(12, 20, 30, 40).isOutside(truth)).isTrue();
        assertThat(window(10, 18, 30, 40).isOutside(truth)).isTrue();
        assertThat(window(10, 20, 32, 40).isOutside(truth)).isTrue();
        assertThat(window(10, 20, 30, 38).isOutside(truth)).isTrue();
    }

    private static List<Call> calls(String text) {
        return IntStream.range(0, text.length())
                .mapToObj(second -> new Call(
                        UUID.randomUUID(),
                        "ns/pod",
                        at(second),
                        second,
                        at(second),
                        at(second),
                        text.charAt(second) == '+',
                        false))
                .toList();
    }

    private static Window window(int startedAfter, int startedBy, int endedAfter, int endedBefore) {
        return new Window(Optional.of(at(startedAfter)), at(startedBy), at(endedAfter), Optional.of(at(endedBefore)));
    }

    private static Instant at(int second) {
        return Instant.ofEpochSecond(1_800_000_000L + second);
    }
}
