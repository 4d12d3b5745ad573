package dev.injectionauditor.auditor.audit.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.WatchedWebhook;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeTry;
import org.jspecify.annotations.Nullable;

/** The windows are a function of the evidence, whatever the order and the batches in which it comes and changes. */
class OutageHistoryTest {

    private static final Instant ZERO = Instant.parse("2026-11-23T06:00:00Z");
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final WatchedWebhook SOURCE = new WatchedWebhook("garden-1", "hook.example.org");

    private MemoryEvidence evidence;
    private MemoryOutages outages;

    @BeforeTry
    void forgetTheLastTry() {
        evidence = new MemoryEvidence();
        outages = new MemoryOutages();
    }

    /** That one Pod or probe now tells this; null takes back what it told. */
    record Word(int who, int second, long version, Evidence.Source source, Evidence.Kind kind) {

        Evidence evidence() {
            return kind == null
                    ? null
                    : new Evidence(
                            ZERO.plusSeconds(second), version, new UUID(who * 0x9E3779B97F4A7C15L, who), source, kind);
        }
    }

    @Property(tries = 4_000)
    void shouldKeepTheWindowsOfTheWholeEvidence(
            @ForAll("batches") List<List<Word>> batches,
            @ForAll @IntRange(max = 20) int few,
            @ForAll("loading") Loading loading) {
        // Given a log in which changes are dealt with together or not, and are in memory, or in part, or not
        evidence.few = few;
        Map<UUID, Outage> told = new HashMap<>();
        Map<Integer, Evidence> known = new HashMap<>();
        for (List<Word> batch : batches) {
            // When a batch is written
            Collection<EvidenceChange> changes = changes(batch, known);
            for (Outage outage : update(loading.of(evidence, changes), changes)) {
                told.put(outage.outageId(), outage);
            }

            // Then the windows are those of all evidence so far, and so are those that were told
            List<OutageWindow> expected = oracle(known.values());
            assertThat(outages.all()).isEqualTo(expected);
            told.values().removeIf(outage -> outage.state() == Outage.State.REMOVED);
            assertThat(told.values().stream().map(OutageHistoryTest::window))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Property(tries = 4_000)
    void shouldFindTheWindowsOfTheDefinition(@ForAll("batches") List<List<Word>> batches) {
        Map<Integer, Evidence> known = new HashMap<>();
        batches.forEach(batch -> changes(batch, known));

        assertThat(OutageWindows.of(known.values().stream().sorted().toList(), QUIET, OutageHistoryTest::id))
                .isEqualTo(oracle(known.values()));
    }

    @Property(tries = 50)
    void shouldReadNoMoreOfALongHistoryThanOfAShortOne(@ForAll @IntRange(min = 1, max = 5_000) int changed) {
        // Given an outage of hours with thousands of calls, applied and not, too dense for one more to break it up
        List<EvidenceChange> history = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            history.add(new EvidenceChange(null, word(i, 2 * i, i % 2 == 0).evidence()));
        }
        update(history);
        evidence.read = 0;

        // When one more call comes, anywhere in it or at its end
        update(List.of(new EvidenceChange(
                null, word(10_000, 2 * changed + 1, changed % 2 == 0).evidence())));

        // Then only what is near has been read
        assertThat(evidence.read).isLessThan(30);
        assertThat(outages.all()).isEqualTo(oracle(evidence.all));
    }

    @Example
    void shouldNotLookAtThePastForWhatTouchesNoOutage() {
        // Given an outage of the past, and a quiet day
        update(List.of(
                new EvidenceChange(null, word(1, 0, true).evidence()),
                new EvidenceChange(null, word(2, 10, false).evidence())));
        evidence.read = 0;

        // When applied calls come, from all over the day
        List<EvidenceChange> day = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            day.add(new EvidenceChange(null, word(10 + i, 60 + i * 80, false).evidence()));
        }
        update(day);

        // Then nothing is read, and nothing has changed
        assertThat(evidence.read).isZero();
        assertThat(outages.all()).isEqualTo(oracle(evidence.all));
    }

    private static Word word(int who, int second, boolean missed) {
        return new Word(who, second, 0, Evidence.Source.POD, missed ? Evidence.Kind.MISSED : Evidence.Kind.APPLIED);
    }

    private List<Outage> update(Collection<EvidenceChange> changes) {
        return update(evidence, changes);
    }

    private List<Outage> update(EvidenceLog log, Collection<EvidenceChange> changes) {
        return new OutageHistory(log, outages, SOURCE, QUIET).update(changes);
    }

    /** What of the evidence is in memory; none if there is no span. */
    record Loading(@Nullable Integer before, @Nullable Integer behind) {

        EvidenceLog of(EvidenceLog all, Collection<EvidenceChange> changes) {
            if (changes.isEmpty() || before == null || behind == null) {
                return all;
            }
            Instant first = changes.stream()
                    .map(EvidenceChange::at)
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
            Instant last = changes.stream()
                    .map(EvidenceChange::at)
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            Instant from = first.minusSeconds(before);
            return new LoadedSpan(all, from, last.plusSeconds(behind).isBefore(from) ? from : last.plusSeconds(behind));
        }
    }

    /** The span of the changes, or a smaller or larger one. */
    @Provide
    Arbitrary<Loading> loading() {
        return Combinators.combine(
                        Arbitraries.integers().between(-30, 30),
                        Arbitraries.integers().between(-30, 30),
                        Arbitraries.of(0, 1, 2))
                .as((before, behind, kind) -> switch (kind) {
                    case 0 -> new Loading(null, null);
                    case 1 -> new Loading(0, 0);
                    default -> new Loading(before, behind);
                });
    }

    /** What a batch changes; the last word of each counts. */
    private static Collection<EvidenceChange> changes(List<Word> batch, Map<Integer, Evidence> known) {
        Map<Integer, EvidenceChange> changes = new LinkedHashMap<>();
        for (Word word : batch) {
            Evidence before =
                    changes.containsKey(word.who) ? changes.get(word.who).before() : known.get(word.who);
            Evidence after = word.evidence();
            if (before != null && after != null && !before.at().equals(after.at())) {
                // Evidence never moves: what is told again is told of the same time.
                after = new Evidence(before.at(), after.version(), after.ref(), after.source(), after.kind());
            }
            changes.remove(word.who);
            if (before != null || after != null) {
                changes.put(word.who, new EvidenceChange(before, after));
            }
        }
        changes.forEach((who, change) -> {
            if (change.after() == null) {
                known.remove(who);
            } else {
                known.put(who, change.after());
            }
        });
        return changes.values();
    }

    private static List<OutageWindow> oracle(Collection<Evidence> known) {
        return OutageOracle.windows(known, QUIET).stream()
                .map(window -> new OutageWindow(
                        id(window.first()),
                        window.startedAfter(),
                        window.startedBy(),
                        window.endedAfter(),
                        window.endedBefore(),
                        window.calls()))
                .toList();
    }

    private static UUID id(Evidence first) {
        String time = first.source() == Evidence.Source.AUDIT ? "/" + first.at() : "";
        return UUID.nameUUIDFromBytes(
                (SOURCE.source() + "/outages/" + first.ref() + time).getBytes(StandardCharsets.UTF_8));
    }

    private static OutageWindow window(Outage outage) {
        return new OutageWindow(
                outage.outageId(),
                outage.startedAfter(),
                outage.startedBy(),
                outage.endedAfter(),
                outage.endedBefore(),
                new Calls(outage.missed(), outage.preset(), outage.probes(), outage.applied()));
    }

    @Provide
    Arbitrary<List<List<Word>>> batches() {
        // Some histories are dense, some sparse; some mostly applied, some mostly not.
        return Combinators.combine(Arbitraries.of(6, 30, 120, 2_000), Arbitraries.of(1, 3, 8))
                .flatAs((seconds, applied) -> words(seconds, applied)
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(8)
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(10));
    }

    private static Arbitrary<Word> words(int seconds, int applied) {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 40),
                        Arbitraries.integers().between(0, seconds),
                        Arbitraries.longs().between(0, 3),
                        Arbitraries.of(Evidence.Source.class),
                        Arbitraries.integers().between(0, 3 + applied))
                .as((who, second, version, source, kind) -> new Word(
                        who,
                        second,
                        version,
                        source,
                        switch (kind) {
                            case 0, 1 -> Evidence.Kind.MISSED;
                            case 2 -> source == Evidence.Source.PROBE ? Evidence.Kind.MISSED : Evidence.Kind.PRESET;
                            case 3 -> null;
                            default -> Evidence.Kind.APPLIED;
                        }));
    }
}
