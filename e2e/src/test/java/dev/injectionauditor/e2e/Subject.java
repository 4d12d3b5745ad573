package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * The cluster that is asked, and the Pods that it is asked with.
 *
 * @param client that does not try again
 * @param webhook that is asked about new Pods
 * @param configuration of that webhook
 */
record Subject(KubernetesClient client, OwnWebhook webhook, Configuration configuration) {

    /** What the webhook does to a Pod, unless a test says otherwise. */
    static final String PATCH = "[{'op':'add','path':'/metadata/labels/hooked','value':'yes'}]";

    static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    NonNamespaceOperation<Pod, PodList, PodResource> pods() {
        return client.pods().inNamespace(Stage.NAMESPACE);
    }

    static Pod pod(String prefix) {
        return pod(prefix, Map.of());
    }

    static Pod pod(String prefix, Map<String, String> labels) {
        return new PodBuilder(Pods.bare(labels))
                .editMetadata()
                .withGenerateName(prefix)
                .addToLabels("conformance", "yes")
                .endMetadata()
                .build();
    }

    void label(Pod pod, String key, String value) {
        pods().withName(pod.getMetadata().getName())
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"labels\":{\"" + key + "\":\"" + value + "\"}}}");
    }

    Pod create(Pod pod) {
        return pods().resource(pod).create();
    }

    /** A Pod with this label {@code app} that is ready. */
    Pod running(String app) {
        Pod pod = create(pod(app + "-", Map.of("app", app)));
        return pods().withName(pod.getMetadata().getName()).waitUntilReady(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS);
    }

    static KubernetesClientException failure(ThrowingCallable call) {
        KubernetesClientException failure = catchThrowableOfType(KubernetesClientException.class, call);
        assertThat(failure).isNotNull();
        return failure;
    }

    boolean isGone(Pod pod) {
        Pod now = pods().withName(pod.getMetadata().getName()).get();
        return now == null
                || !now.getMetadata().getUid().equals(pod.getMetadata().getUid());
    }

    static boolean isHooked(Pod pod) {
        return "yes".equals(pod.getMetadata().getLabels().get("hooked"));
    }
}
