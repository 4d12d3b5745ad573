package dev.injectionauditor.auditor.audit.cause;

import dev.injectionauditor.auditor.audit.verdict.PodFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds the missed Pods that the webhook answered too late: those that an answer fits which no Pod carries the stamp
 * of. A Pod whose name was still to be generated is known by its owner and the prefix of its name. An answer is for one
 * Pod: the earliest one in creation order that it fits and that no earlier answer is for.
 */
final class LateAnswers {

    /** The API server waits 30 s at the most before it creates the Pod; clocks may differ by as much again. */
    static final Duration ANSWERED_BEFORE = Duration.ofMinutes(1);

    /** A process that was frozen answers when it is thawed. */
    static final Duration ANSWERED_AFTER = Duration.ofMinutes(10);

    /**
     * How much longer the creation of a Pod may take than that of another one: further webhooks, each with a timeout.
     */
    private static final Duration IN_FLIGHT = Duration.ofSeconds(30);

    private static final int RANDOM_SUFFIX = 5;

    // A name has 63 characters at the most, so of a longer prefix the API server takes only so many.
    static final int LONGEST_PREFIX = 58;

    private LateAnswers() {}

    /**
     * An answer that no Pod carries the stamp of.
     *
     * @param name null while it was still to be generated
     * @param generateName null if there was none
     * @param owner uid of the controller, null for a bare Pod
     */
    record Answer(
            UUID requestUid,
            String namespace,
            @Nullable String name,
            @Nullable String generateName,
            @Nullable UUID owner,
            Instant answeredAt) {}

    /** What an answer and its Pod have in common. */
    private record Key(
            String namespace,
            String name,
            boolean generated,
            @Nullable UUID owner) {}

    /**
     * Until when answers are settled: a Pod that carries the stamp of one would have been seen.
     *
     * @param seenUntil time of the latest evidence
     */
    static Instant settled(Instant seenUntil) {
        return seenUntil.minus(IN_FLIGHT);
    }

    /** The uids of those of these Pods that were answered late. */
    static Set<UUID> find(Collection<PodFacts> missed, Collection<Answer> answers) {
        Map<Key, List<PodFacts>> waiting = new HashMap<>();
        missed.stream().sorted(PodFacts.CREATION).forEach(pod -> {
            add(waiting, new Key(pod.pod().namespace(), pod.pod().name(), false, null), pod);
            add(waiting, new Key(pod.pod().namespace(), prefix(pod), true, owner(pod)), pod);
        });
        Set<UUID> late = new HashSet<>();
        answers.stream()
                .sorted(Comparator.comparing(Answer::answeredAt).thenComparing(Answer::requestUid))
                .forEach(answer -> take(waiting.getOrDefault(key(answer), List.of()), answer, late));
        return late;
    }

    private static void add(Map<Key, List<PodFacts>> waiting, Key key, PodFacts pod) {
        waiting.computeIfAbsent(key, any -> new ArrayList<>()).add(pod);
    }

    private static void take(List<PodFacts> waiting, Answer answer, Set<UUID> late) {
        Iterator<PodFacts> pods = waiting.iterator();
        while (pods.hasNext()) {
            PodFacts pod = pods.next();
            if (pod.createdAt().isAfter(answer.answeredAt().plus(ANSWERED_BEFORE))) {
                return;
            }
            // Too old for this answer and so for all that follow, or taken.
            pods.remove();
            if (!pod.createdAt().isBefore(answer.answeredAt().minus(ANSWERED_AFTER))
                    && late.add(pod.pod().uid())) {
                return;
            }
        }
    }

    private static Key key(Answer answer) {
        if (answer.name() != null) {
            return new Key(answer.namespace(), answer.name(), false, null);
        }
        String prefix = answer.generateName() == null ? "" : answer.generateName();
        return new Key(
                answer.namespace(),
                prefix.length() <= LONGEST_PREFIX ? prefix : prefix.substring(0, LONGEST_PREFIX),
                true,
                answer.owner());
    }

    /** What the name of the Pod was generated from, if it was. */
    static String prefix(PodFacts pod) {
        String name = pod.pod().name();
        return name.substring(0, Math.max(0, name.length() - RANDOM_SUFFIX));
    }

    private static @Nullable UUID owner(PodFacts pod) {
        return pod.owner() == null ? null : pod.owner().uid();
    }
}
