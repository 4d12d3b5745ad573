package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SignsOfLifeTest {

    private static final Instant START = Instant.parse("2026-11-23T07:00:00Z");

    private final SignsOfLife signs = new SignsOfLife();

    @Test
    void shouldCountUntilTheLookBeforeTheOneThatFoundSomethingNew() {
        // Given
        signs.look("100", 3, 3, START);

        // Then a version that is not new says nothing
        assertThat(signs.look("100", 3, 3, START.plusSeconds(1))).isEmpty();

        // And a new one, be it a bookmark, says that nothing before the last look is still to come
        assertThat(signs.look("120", 3, 3, START.plusSeconds(2))).contains(START.plusSeconds(1));
        assertThat(signs.look("121", 4, 4, START.plusSeconds(3))).contains(START.plusSeconds(2));
    }

    @Test
    void shouldWaitForHandlersThatAreBehind() {
        // Given a watch that has brought two changes, of which one is handled
        signs.look("100", 3, 3, START);
        assertThat(signs.look("120", 5, 4, START.plusSeconds(1))).isEmpty();

        // When it brings more than the handlers get done
        assertThat(signs.look("130", 9, 4, START.plusSeconds(2))).isEmpty();

        // Then what was brought first counts as soon as it is handled, and then the rest
        assertThat(signs.look("140", 12, 5, START.plusSeconds(3))).contains(START);
        assertThat(signs.look("140", 12, 11, START.plusSeconds(4))).isEmpty();
        assertThat(signs.look("140", 12, 12, START.plusSeconds(5))).contains(START.plusSeconds(2));
        assertThat(signs.look("140", 12, 12, START.plusSeconds(6))).isEmpty();
    }

    @Test
    void shouldNotTakeTheTimeThatHandlersNeedForASignOfTheWatch() {
        // Given handlers that are behind, and a watch that brings something once more and then hangs
        signs.look("100", 3, 3, START);
        assertThat(signs.look("120", 5, 3, START.plusSeconds(1))).isEmpty();
        assertThat(signs.look("130", 6, 3, START.plusSeconds(2))).isEmpty();

        // When they have caught up much later
        assertThat(signs.look("130", 6, 6, START.plusSeconds(60))).contains(START);

        // Then all that is known is until the look before the last thing came
        assertThat(signs.look("130", 6, 6, START.plusSeconds(61))).contains(START.plusSeconds(1));
        assertThat(signs.look("130", 6, 6, START.plusSeconds(62))).isEmpty();
    }
}
