package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.PodMapper;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executes one recreation request at a time in each calling thread. */
final class Remediator {

    private static final Logger LOG = LoggerFactory.getLogger(Remediator.class);

    private final KubernetesClient client;
    private final Evictor evictor;
    private final Replacements replacements;
    private final String identity;
    private final InstantSource clock;

    Remediator(
            KubernetesClient client, Evictor evictor, Replacements replacements, String identity, InstantSource clock) {
        this.client = client;
        this.evictor = evictor;
        this.replacements = replacements;
        this.identity = identity;
        this.clock = clock;
    }

    /**
     * Executes a request, as far as it may be executed.
     *
     * @throws InterruptedException if it was told to stop while it waited; the request is to be executed again
     */
    RecreationResult execute(RecreationRequest request) throws InterruptedException {
        PodRef pod = request.pod();
        Pod live =
                client.pods().inNamespace(pod.namespace()).withName(pod.name()).get();
        RecreationResult result = switch (EvictionRule.decide(request, live, clock.instant())) {
            case EvictionRule.Decision.Answer(Outcome outcome, String reason) -> result(request, outcome, reason, null);
            case EvictionRule.Decision.Evict evict -> recreate(request, PodMapper.owner(live));
        };
        LOG.atInfo()
                .addKeyValue("pod", pod.namespace() + "/" + pod.name())
                .addKeyValue("outcome", result.outcome())
                .addKeyValue("reason", result.reason())
                .addKeyValue(
                        "replacement",
                        result.replacement() == null
                                ? null
                                : result.replacement().name())
                .log("Executed a recreation request");
        return result;
    }

    private RecreationResult recreate(RecreationRequest request, OwnerRef owner) throws InterruptedException {
        PodRef pod = request.pod();
        Set<UUID> before = replacements.podsOf(pod.namespace(), owner);
        return switch (evictor.evict(pod)) {
            case EvictionAnswer.Evicted evicted -> {
                Optional<Pod> replacement = replacements.await(pod.namespace(), owner, before);
                yield replacement
                        .map(found -> result(
                                request,
                                PodMapper.lacking(found).isEmpty() ? Outcome.RECREATED : Outcome.MISSED_AGAIN,
                                null,
                                PodMapper.ref(found)))
                        .orElseGet(() -> result(request, Outcome.NOT_REPLACED, null, null));
            }
            case EvictionAnswer.Gone gone -> result(request, Outcome.GONE, null, null);
            case EvictionAnswer.Refused refused -> result(request, Outcome.REFUSED, refused.reason(), null);
            case EvictionAnswer.Failed failed -> result(request, Outcome.FAILED, failed.reason(), null);
        };
    }

    private RecreationResult result(
            RecreationRequest request, Outcome outcome, @Nullable String reason, @Nullable PodRef replacement) {
        return new RecreationResult(
                request.requestId(), request.pod(), outcome, reason, replacement, clock.instant(), identity);
    }
}
