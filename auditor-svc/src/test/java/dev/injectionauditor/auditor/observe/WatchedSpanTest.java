package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.observe.WatchedSpan.Kind;
import dev.injectionauditor.schema.Signal.Watched;
import dev.injectionauditor.schema.Signal.Watched.Begin;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WatchedSpanTest {

    private static final Instant START = Instant.parse("2026-11-23T07:00:00Z");

    private final WatchedSpan span = new WatchedSpan(Begin.OVERFLOW);

    @Test
    void shouldBeginWhenEverythingHasBeenListed() {
        // Given
        span.listed(Kind.CONFIGURATIONS, START);
        span.listed(Kind.NAMESPACES, START.plusSeconds(1));
        assertThat(span.assertion()).isEmpty();

        // When the last kind is listed
        span.listed(Kind.PODS, START.plusSeconds(2));

        // Then
        assertThat(span.assertion()).contains(new Watched(START.plusSeconds(2), START.plusSeconds(2), Begin.OVERFLOW));
    }

    @Test
    void shouldEndAtTheLastSignOfLife() {
        // Given
        listAll(START);
        span.assertion();

        // Then nothing more is asserted until there is another
        assertThat(span.assertion()).isEmpty();
        span.watchedUntil(START.plusSeconds(9));
        assertThat(span.assertion()).contains(new Watched(START, START.plusSeconds(9), Begin.OVERFLOW));
        span.watchedUntil(START.plusSeconds(3));
        assertThat(span.assertion()).isEmpty();
    }

    @Test
    void shouldBeginAnewAfterARelistOfAnyKind() {
        for (Kind kind : Kind.values()) {
            // Given
            WatchedSpan broken = new WatchedSpan(Begin.STARTED);
            for (Kind listed : Kind.values()) {
                broken.listed(listed, START);
            }

            // When
            broken.broken(kind);
            broken.watchedUntil(START.plusSeconds(5));

            // Then
            assertThat(broken.assertion()).isEmpty();
            broken.listed(kind, START.plusSeconds(7));
            assertThat(broken.assertion())
                    .contains(new Watched(START.plusSeconds(7), START.plusSeconds(7), Begin.RELISTED));
        }
    }

    private void listAll(Instant time) {
        for (Kind kind : Kind.values()) {
            span.listed(kind, time);
        }
    }
}
