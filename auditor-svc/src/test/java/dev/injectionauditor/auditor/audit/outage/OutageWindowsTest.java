package dev.injectionauditor.auditor.audit.outage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OutageWindowsTest {

    private static final Instant ZERO = Instant.parse("2026-11-23T06:43:00Z");

    @Test
    void shouldFindNoneWhereAllWasApplied() {
        assertThat(windows("A1 A2 A3")).isEmpty();
        assertThat(windows("")).isEmpty();
    }

    @Test
    void shouldBoundAFullOutageByWhatWasAppliedAround() {
        assertThat(windows("A1 A3 M7 P8 M9 A12 A13")).containsExactly("(3,7] [9,12) missed 2 preset 1 applied 0");
    }

    @Test
    void shouldLeaveOpenWhatHasNotEnded() {
        assertThat(windows("A3 M7 M9")).containsExactly("(3,7] [9,null) missed 2 preset 0 applied 0");
        assertThat(windows("M7")).containsExactly("(null,7] [7,null) missed 1 preset 0 applied 0");
    }

    @Test
    void shouldGoOnWhereTheQuietPeriodWasBroken() {
        // Applied at 10, missed again 4 s later
        assertThat(windows("M7 A10 M14 A20")).containsExactly("(null,7] [14,20) missed 2 preset 0 applied 1");
    }

    @Test
    void shouldEndWithTheQuietPeriod() {
        // Applied at 10, missed again 5 s later
        assertThat(windows("M7 A10 M15 A20"))
                .containsExactly(
                        "(null,7] [7,10) missed 1 preset 0 applied 0", "(10,15] [15,20) missed 1 preset 0 applied 0");
    }

    @Test
    void shouldMeasureTheQuietPeriodFromTheFirstAppliedCall() {
        // The applied call at 14 does not shorten the quiet that began at 10
        assertThat(windows("M7 A10 A14 M15"))
                .containsExactly(
                        "(null,7] [7,10) missed 1 preset 0 applied 0", "(14,15] [15,null) missed 1 preset 0 applied 0");
    }

    @Test
    void shouldCountWhatWasAppliedInsideAPartialOutage() {
        assertThat(windows("A1 M2 A3 M4 A5 A6 M7 A8 A9")).containsExactly("(1,2] [7,8) missed 3 preset 0 applied 3");
    }

    /** Reads "A1 M2 P3" as applied at second 1, missed at 2, preset at 3; windows as text with seconds. */
    private static List<String> windows(String story) {
        List<Evidence> evidence = new ArrayList<>();
        for (String word : story.isEmpty() ? new String[0] : story.split(" ")) {
            Evidence.Kind kind = switch (word.charAt(0)) {
                case 'A' -> Evidence.Kind.APPLIED;
                case 'M' -> Evidence.Kind.MISSED;
                case 'P' -> Evidence.Kind.PRESET;
                default -> throw new IllegalArgumentException(word);
            };
            int second = Integer.parseInt(word.substring(1));
            evidence.add(new Evidence(
                    ZERO.plusSeconds(second), evidence.size(), UUID.randomUUID(), Evidence.Source.POD, kind));
        }
        return OutageWindows.of(evidence, Duration.ofSeconds(5), Evidence::ref).stream()
                .map(window -> "(%s,%s] [%s,%s) missed %d preset %d applied %d"
                        .formatted(
                                second(window.startedAfter()),
                                second(window.startedBy()),
                                second(window.endedAfter()),
                                second(window.endedBefore()),
                                window.calls().missed(),
                                window.calls().preset(),
                                window.calls().applied()))
                .toList();
    }

    private static Long second(Instant instant) {
        return instant == null ? null : Duration.between(ZERO, instant).toSeconds();
    }
}
