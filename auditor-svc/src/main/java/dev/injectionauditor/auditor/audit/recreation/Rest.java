package dev.injectionauditor.auditor.audit.recreation;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Never;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Recreate;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Wait;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.WaitReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * After a round of decisions: until when they hold, if nothing else happens. It saves work and nothing more, so it is
 * kept in memory, and lost with it.
 *
 * @param inputs what the decisions rest on
 * @param until when to decide anew at the latest
 */
record Rest(DecisionInputs inputs, Instant until) {

    /** A bound for what the inputs do not have, such as that an owner got a Pod with the injection. */
    static final Duration LONGEST = Duration.ofSeconds(30);

    /** The rest after a round. */
    static Rest after(
            RecreationRound.Known known,
            Collection<RecreationRound.Decided> decided,
            DecisionInputs inputs,
            Instant now) {
        Stream<Instant> decisions = decided.stream()
                .map(one -> switch (one.decision()) {
                    case Recreate recreate -> now;
                    // Whether the replacement has been seen is not among the inputs.
                    case Wait wait when wait.reason() == WaitReason.REPLACEMENT_NOT_SEEN -> now;
                    case Wait wait -> wait.until();
                    case Never never -> null;
                })
                .filter(Objects::nonNull);
        Stream<Instant> givenUp = known.past().values().stream()
                .flatMap(Collection::stream)
                .filter(past -> past.isUnderWay(now))
                .map(PastRecreation::givenUpAt);
        Instant until = Stream.concat(decisions, givenUp)
                .min(Instant::compareTo)
                .filter(now.plus(LONGEST)::isAfter)
                .orElse(now.plus(LONGEST));
        return new Rest(inputs, until);
    }

    /** Whether nothing has happened since, and no moment has come. */
    boolean holds(DecisionInputs current, Instant now) {
        return inputs.equals(current) && now.isBefore(until);
    }
}
