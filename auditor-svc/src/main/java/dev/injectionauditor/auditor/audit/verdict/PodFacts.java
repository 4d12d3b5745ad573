package dev.injectionauditor.auditor.audit.verdict;

import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.Scope;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the verdict on a Pod rests on, as it was in the oldest version of the Pod that was seen. Annotations can change
 * later; the oldest version is nearest to what admission left.
 *
 * @param pod the Pod
 * @param owner its controller, null for a bare Pod
 * @param createdAt its creationTimestamp, whole seconds of the API server's clock
 * @param resourceVersion the version that these facts are from
 * @param stamp uid of the admission call that it carries, null if none
 * @param containers number of containers and init containers
 * @param lacking names of those without the variable
 * @param byPolicy whether a MutatingAdmissionPolicy says to have set it
 * @param inForceSince since when the webhook configuration decided as it did
 */
public record PodFacts(
        PodRef pod,
        @Nullable OwnerRef owner,
        Instant createdAt,
        long resourceVersion,
        @Nullable UUID stamp,
        int containers,
        List<String> lacking,
        boolean byPolicy,
        Instant inForceSince) {

    /** Order of creation: by timestamp, ties by resource version (comparable since Kubernetes 1.35, KEP-5504). */
    public static final Comparator<PodFacts> CREATION = Comparator.comparing(PodFacts::createdAt)
            .thenComparingLong(PodFacts::resourceVersion)
            .thenComparing(facts -> facts.pod().uid());

    /** The facts of a Pod that the webhook was to be called for. */
    public static PodFacts of(PodObservation observation) {
        Scope.Configuration configuration = observation.scope().configuration();
        if (configuration == null) {
            throw new IllegalArgumentException("no configuration was in force for this Pod");
        }
        return new PodFacts(
                observation.pod(),
                observation.owner(),
                observation.createdAt(),
                Long.parseLong(observation.resourceVersion()),
                observation.stamp(),
                observation.containers(),
                observation.lacking(),
                observation.byPolicy(),
                configuration.inForceSince());
    }
}
