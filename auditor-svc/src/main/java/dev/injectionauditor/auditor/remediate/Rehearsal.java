package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.schema.RecreationReason;
import io.fabric8.kubernetes.api.model.Pod;

/** What a dry run says about creating a bare Pod again. */
sealed interface Rehearsal {

    /** It would be accepted, with the injection. */
    record Passed() implements Rehearsal {}

    /**
     * The Pod should rather stay as it is.
     *
     * @param reason what speaks against it
     */
    record Objection(RecreationReason reason) implements Rehearsal {}

    /**
     * Nothing: the API server, or what it asks, has failed or has too much to do.
     *
     * @param reason what was waited for, should the request expire
     */
    record Unknown(RecreationReason reason) implements Rehearsal {}

    /** What the answer to a dry run means. */
    static Rehearsal of(PodApi.Created answer) {
        return switch (answer) {
            case PodApi.Created.Yes(Pod pod) ->
                PodMapper.lacking(pod).isEmpty() ? new Passed() : new Objection(RecreationReason.NOT_APPLIED);
            case PodApi.Created.NameTaken taken -> new Passed();
            case PodApi.Created.NoNamespace none -> new Objection(RecreationReason.NOT_REPEATABLE);
            case PodApi.Created.No(int code) -> ofCode(code);
        };
    }

    private static Rehearsal ofCode(int code) {
        if (code == 429) {
            return new Unknown(RecreationReason.THROTTLED);
        }
        return code <= 0 || code == 408 || code >= 500
                ? new Unknown(RecreationReason.NO_ANSWER)
                : new Objection(RecreationReason.NOT_REPEATABLE);
    }
}
