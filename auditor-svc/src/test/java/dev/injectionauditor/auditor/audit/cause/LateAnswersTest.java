package dev.injectionauditor.auditor.audit.cause;

import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.uid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.audit.Auditing;
import dev.injectionauditor.auditor.audit.cause.LateAnswers.Answer;
import dev.injectionauditor.auditor.audit.verdict.PodFacts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class LateAnswersTest {

    private static final UUID OWNER = Auditing.REPLICA_SET.uid();

    @Test
    void shouldKnowAPodByItsName() {
        PodFacts pod = PodFacts.of(Auditing.named(Auditing.missed(1, 100), "db-0"));

        assertThat(LateAnswers.find(List.of(pod), List.of(named("shop", "db-0", 102))))
                .containsExactly(uid(1));
        assertThat(LateAnswers.find(List.of(pod), List.of(named("shop", "db-1", 102))))
                .isEmpty();
        assertThat(LateAnswers.find(List.of(pod), List.of(named("bank", "db-0", 102))))
                .isEmpty();
    }

    @Test
    void shouldKnowAPodWithAGeneratedNameByPrefixAndOwner() {
        PodFacts pod = PodFacts.of(Auditing.missed(1, 100));

        assertThat(LateAnswers.find(List.of(pod), List.of(generated("web-8d88b6668-", OWNER, 102))))
                .containsExactly(uid(1));
        assertThat(LateAnswers.find(List.of(pod), List.of(generated("web-", OWNER, 102))))
                .isEmpty();
        assertThat(LateAnswers.find(List.of(pod), List.of(generated("web-8d88b6668-", null, 102))))
                .isEmpty();
    }

    @Test
    void shouldKnowAPodWhosePrefixWasTooLong() {
        // The API server takes 58 characters of it
        String prefix = "a".repeat(70) + "-";
        PodFacts pod = PodFacts.of(Auditing.named(Auditing.missed(1, 100), "a".repeat(58) + "x7k2p"));

        assertThat(LateAnswers.find(List.of(pod), List.of(generated(prefix, OWNER, 102))))
                .containsExactly(uid(1));
    }

    @Test
    void shouldMindTheTime() {
        PodFacts pod = PodFacts.of(Auditing.missed(1, 1_000));

        assertThat(late(pod, 940)).isTrue();
        assertThat(late(pod, 939)).isFalse();
        assertThat(late(pod, 1_600)).isTrue();
        assertThat(late(pod, 1_601)).isFalse();
    }

    private static boolean late(PodFacts pod, long second) {
        return !LateAnswers.find(List.of(pod), List.of(generated("web-8d88b6668-", OWNER, second)))
                .isEmpty();
    }

    @Property(tries = 1_000)
    void shouldGiveEachAnswerToOnePodAtTheMostInAnyOrder(
            @ForAll("pods") List<PodFacts> pods, @ForAll("answers") List<Answer> answers, @ForAll Random random) {
        var late = LateAnswers.find(pods, answers);
        List<PodFacts> shuffledPods = new ArrayList<>(pods);
        Collections.shuffle(shuffledPods, random);
        List<Answer> shuffledAnswers = new ArrayList<>(answers);
        Collections.shuffle(shuffledAnswers, random);

        assertThat(late).hasSizeLessThanOrEqualTo(answers.size());
        assertThat(LateAnswers.find(shuffledPods, shuffledAnswers)).isEqualTo(late);
    }

    @Provide
    Arbitrary<List<PodFacts>> pods() {
        return Arbitraries.integers().between(0, 3_000).list().ofMaxSize(12).map(seconds -> {
            List<PodFacts> pods = new ArrayList<>();
            for (int second : seconds) {
                pods.add(PodFacts.of(Auditing.missed(pods.size(), second)));
            }
            return pods;
        });
    }

    @Provide
    Arbitrary<List<Answer>> answers() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 3_000),
                        Arbitraries.integers().between(0, 11),
                        Arbitraries.of(true, false))
                .as((second, number, named) -> named
                        ? named("shop", "web-8d88b6668-%05d".formatted(number), second)
                        : generated("web-8d88b6668-", OWNER, second))
                .list()
                .ofMaxSize(12);
    }

    private static Answer named(String namespace, String name, long second) {
        return new Answer(new UUID(second, name.hashCode()), namespace, name, null, OWNER, at(second));
    }

    private static Answer generated(String prefix, UUID owner, long second) {
        return new Answer(new UUID(second, 1), "shop", null, prefix, owner, at(second));
    }
}
