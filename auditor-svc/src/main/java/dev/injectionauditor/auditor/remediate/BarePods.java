package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces Pods that have no controller, from the spec that the journal keeps. Nobody else would, so this never gives
 * up: only a Pod of that name, or the end of its namespace, ends it.
 */
final class BarePods {

    private static final Logger LOG = LoggerFactory.getLogger(BarePods.class);
    private static final Duration SOON = Duration.ofMillis(250);
    private static final Duration AFTER_REFUSAL = Duration.ofSeconds(10);

    private final PodApi pods;
    private final Answers answers;
    private final Fence fence;
    private final KubernetesSerialization json;
    private final RemediateMetrics metrics;

    BarePods(PodApi pods, Answers answers, Fence fence, KubernetesSerialization json, RemediateMetrics metrics) {
        this.pods = pods;
        this.answers = answers;
        this.fence = fence;
        this.json = json;
        this.metrics = metrics;
    }

    /** Whether a Pod can be replaced: what would be created may not be accepted, or would be missed as well. */
    Rehearsal rehearse(Pod wanted) {
        return Rehearsal.of(pods.rehearse(wanted));
    }

    /** Creates the Pod again once the evicted one is gone. */
    Visit replace(Entry entry) {
        Pod live = pods.named(entry.request().pod());
        if (live == null) {
            return create(entry);
        }
        if (PodMapper.ref(live).uid().equals(entry.request().pod().uid())) {
            return new Visit.Later(SOON);
        }
        // Made by this remediator before a crash, or by somebody else in the meantime: the place is taken.
        Replacement.Judgement judgement = Replacement.judge(live, entry.stamp());
        return answers.give(entry, judgement.outcome(), judgement.reason(), PodMapper.ref(live));
    }

    private Visit create(Entry entry) {
        fence.check();
        return switch (pods.create(json.unmarshal(entry.spec(), Pod.class))) {
            // Judged by what is stored, with the next look.
            case PodApi.Created.Yes yes -> new Visit.Later(Duration.ZERO);
            case PodApi.Created.NameTaken taken -> new Visit.Later(SOON);
            case PodApi.Created.NoNamespace none ->
                answers.give(entry, Outcome.NOT_REPLACED, RecreationReason.NAMESPACE_GONE, null);
            case PodApi.Created.No(int code) -> {
                metrics.creationRefused();
                LOG.atWarn()
                        .addKeyValue("pod", entry.request().subject())
                        .addKeyValue("request", entry.request().requestId())
                        .addKeyValue("status", code)
                        .addKeyValue("nextTryIn", AFTER_REFUSAL)
                        .log("A bare Pod could not be created again yet; its spec is kept");
                yield new Visit.Later(AFTER_REFUSAL);
            }
        };
    }
}
