package dev.injectionauditor.webhook.admission;

import dev.injectionauditor.schema.Admission;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Answers admission requests: each container and init container of a new Pod that does not set {@value #VARIABLE} gets
 * it, and each new Pod gets the stamp. Safe for use by many threads.
 */
public final class Injector {

    /** Name of the environment variable. */
    public static final String VARIABLE = "KUBERNETES_SERVICE_HOST";

    /** Key of the annotation that ties a Pod to the admission call that changed it; the value is the request's uid. */
    public static final String STAMP = "injection-auditor.dev/admission";

    private final ServiceHost host;
    private final String replica;

    /**
     * An injector.
     *
     * @param host value of the variable
     * @param replica which replica of the webhook this is, for the events
     */
    public Injector(ServiceHost host, String replica) {
        this.host = host;
        this.replica = replica;
    }

    /**
     * Answers a request.
     *
     * @param body the body of the request, any bytes
     * @param now the time that the event gives for the answer
     */
    public Outcome answer(byte[] body, Instant now) {
        try {
            Review review = ReviewReader.read(body);
            return switch (Decision.of(review)) {
                case Decision.Inject inject -> inject(review, inject, now);
                case Decision.Ignore _ -> new Outcome.Ignored(Answer.unchanged(uid(review)));
                case Decision.Reject(BadInput reason, String detail) -> new Outcome.Rejected(reason, detail);
            };
        } catch (BadInputException e) {
            return new Outcome.Rejected(e.reason(), Objects.requireNonNull(e.getMessage()));
        }
    }

    private Outcome inject(Review review, Decision.Inject inject, Instant now) {
        Pod pod = inject.pod();
        PodPatch patch = PodPatch.of(pod, uid(review), host.text());
        Admission admission = new Admission(
                inject.requestUid(),
                EventText.of(firstOf(review.namespace(), pod.namespace(), "")),
                EventText.ofNullable(pod.name() != null ? pod.name() : review.name()),
                EventText.ofNullable(pod.generateName()),
                pod.controller(),
                count(pod.initContainers()) + count(pod.containers()),
                patch.patched(),
                now,
                replica);
        return new Outcome.Injected(Answer.withPatch(uid(review), patch.json()), admission, review.dryRun());
    }

    /** The uid as it was sent: the API server compares texts. */
    private static String uid(Review review) {
        return Objects.requireNonNull(review.uid(), "a decision is only made with a uid");
    }

    private static String firstOf(@Nullable String first, @Nullable String second, String last) {
        return first != null ? first : second != null ? second : last;
    }

    private static int count(List<ContainerEnv> entries) {
        return (int) entries.stream()
                .filter(entry -> entry != ContainerEnv.NOT_A_CONTAINER)
                .count();
    }
}
