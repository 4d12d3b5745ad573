package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.auditor.policy.RecreationSetting;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationMode;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads Pods, and creates bare ones. What cannot be read is thrown as the client throws it. */
final class PodApi {

    private static final String FROM_CACHE = "0";
    private static final String ALREADY_EXISTS = "AlreadyExists";
    private static final String NAMESPACES = "namespaces";
    private static final String NOT_FOUND = "NotFound";

    private final KubernetesClient client;

    /** @param client one that does not try again by itself */
    PodApi(KubernetesClient client) {
        this.client = client;
    }

    /** The Pod that has this name now, whatever its uid; null if there is none. */
    @Nullable Pod named(PodRef pod) {
        return client.pods().inNamespace(pod.namespace()).withName(pod.name()).get();
    }

    /** What a namespace says about recreation now; null if nothing. */
    @Nullable RecreationMode mode(String namespace) {
        Namespace found = client.namespaces().withName(namespace).get();
        return found == null
                ? null
                : RecreationSetting.mode(
                        found.getMetadata().getLabels(), found.getMetadata().getAnnotations());
    }

    /** The Pods of a controller, as they are now. */
    List<Pod> of(OwnerRef owner, String namespace) {
        return list(owner, namespace, null);
    }

    /** The Pods of a controller, perhaps a moment old; spares the API server's storage. */
    List<Pod> recentlyOf(OwnerRef owner, String namespace) {
        return list(owner, namespace, FROM_CACHE);
    }

    private List<Pod> list(OwnerRef owner, String namespace, @Nullable String version) {
        return client
                .pods()
                .inNamespace(namespace)
                .list(new ListOptionsBuilder().withResourceVersion(version).build())
                .getItems()
                .stream()
                .filter(pod -> isOf(owner.uid(), pod))
                .toList();
    }

    /** By the uid alone, as the decision goes by it: the version of a controller's kind can change. */
    static boolean isOf(UUID controller, Pod pod) {
        OwnerRef owner = PodMapper.owner(pod);
        return owner != null && owner.uid().equals(controller);
    }

    /** How a creation ended. */
    sealed interface Created {

        /** It is there, or would be. */
        record Yes(Pod pod) implements Created {}

        /** The name is taken. */
        record NameTaken() implements Created {}

        /** There is no such namespace any more, or it is being deleted. */
        record NoNamespace() implements Created {}

        /**
         * It was not taken.
         *
         * @param code status code, 0 without an answer
         */
        record No(int code) implements Created {}
    }

    /** Creates a Pod. */
    Created create(Pod pod) {
        return attempt(pod, false);
    }

    /** Has the API server go through a creation, admission included, without storing it. */
    Created rehearse(Pod pod) {
        return attempt(BarePod.rehearsal(pod), true);
    }

    private Created attempt(Pod pod, boolean dryRun) {
        try {
            var resource =
                    client.pods().inNamespace(pod.getMetadata().getNamespace()).resource(pod);
            return new Created.Yes(dryRun ? resource.dryRun().create() : resource.create());
        } catch (KubernetesClientException e) {
            return failed(e.getCode(), e.getStatus());
        }
    }

    /**
     * What a failure says. Webhooks may refuse with any code, so the code alone says nothing.
     *
     * @param code 0 without an answer
     * @param body null without one
     */
    static Created failed(int code, @Nullable Status body) {
        if (body != null && ALREADY_EXISTS.equals(body.getReason())) {
            return new Created.NameTaken();
        }
        return body != null && isNamespaceGone(body) ? new Created.NoNamespace() : new Created.No(code);
    }

    private static boolean isNamespaceGone(Status body) {
        StatusDetails details = body.getDetails();
        return details != null
                && ((NOT_FOUND.equals(body.getReason()) && NAMESPACES.equals(details.getKind()))
                        || details.getCauses().stream()
                                .anyMatch(cause -> "NamespaceTerminating".equals(cause.getReason())));
    }
}
