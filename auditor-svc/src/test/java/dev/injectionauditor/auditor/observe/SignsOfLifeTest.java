package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class SignsOfLifeTest {

    private static final Instant START = Instant.parse("2026-11-23T07:00:00Z");

    /** What the cluster answers, one after the other. */
    private final Queue<Optional<String>> versions = new ArrayDeque<>();

    private final SignsOfLife signs = new SignsOfLife(versions::remove, START);

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

    @Test
    void shouldNotTakeWhatASilentWatchBringsAtFirstForNew() {
        // Given a watch that brings nothing for minutes, because it is cut off
        for (int second = 0; second <= 300; second++) {
            assertThat(look("5", second)).isEmpty();
        }

        // When it goes on where it stopped, in a cluster that has come further
        versions.add(Optional.of("40"));

        // Then what it brings says nothing until it has come to where the cluster was
        assertThat(look("6", 301)).isEmpty();
        assertThat(look("39", 302)).isEmpty();
        assertThat(look("39", 303)).isEmpty();
        assertThat(look("44", 304)).contains(START.plusSeconds(301));

        // And from then on it is up to date
        assertThat(look("45", 305)).contains(START.plusSeconds(304));
    }

    @Test
    void shouldTrustASilentWatchOfAQuietCluster() {
        // Given one that brings nothing as there is nothing
        look("5", 0);
        assertThat(look("5", 300)).isEmpty();

        // When what it brings is the latest there is
        versions.add(Optional.of("6"));

        // Then that is known at once
        assertThat(look("6", 301)).contains(START.plusSeconds(301));
        assertThat(look("7", 302)).isEmpty();
        assertThat(look("8", 303)).contains(START.plusSeconds(302));
    }

    @Test
    void shouldNotAskWhereTheClusterIsIfBookmarksComeInTime() {
        // Given nothing but bookmarks, then it does not ask
        look("5", 0);
        assertThat(look("6", 65)).contains(START);
        assertThat(look("7", 130)).contains(START.plusSeconds(65));
        assertThat(look("8", 220)).contains(START.plusSeconds(130));
    }

    @Test
    void shouldGetOnAlthoughEachSilenceIsLong() {
        // Given a cluster in which there is little news of Pods, but of other things all the time
        look("5", 0);
        versions.add(Optional.of("30"));
        assertThat(look("20", 200)).isEmpty();

        // Then each thing that comes shows that nothing is missing before the one before it
        versions.add(Optional.of("70"));
        assertThat(look("60", 400)).contains(START.plusSeconds(200));
        versions.add(Optional.of("90"));
        assertThat(look("80", 600)).contains(START.plusSeconds(400));
    }

    @Test
    void shouldShowNothingUntilItIsKnownWhereTheClusterIs() {
        // Given a silent watch, and an API server that does not say what version it has come to
        look("5", 0);
        versions.add(Optional.empty());
        assertThat(look("6", 301)).isEmpty();

        // When it does, then that counts
        versions.add(Optional.of("9"));
        assertThat(look("8", 302)).isEmpty();
        assertThat(look("9", 303)).contains(START.plusSeconds(302));
    }

    @Test
    void shouldNotTakeWhatComesAfterALongListForNew() {
        // Given a list that took minutes; the watch goes on from its beginning
        versions.add(Optional.of("9"));
        assertThat(look("5", 300)).isEmpty();

        // Then it says nothing until it has caught up
        assertThat(look("8", 301)).isEmpty();
        assertThat(look("9", 302)).contains(START.plusSeconds(300));
    }

    /** Handlers are never behind. */
    private Optional<Instant> look(String version, long second) {
        return signs.look(version, 3, 3, START.plusSeconds(second));
    }
}
