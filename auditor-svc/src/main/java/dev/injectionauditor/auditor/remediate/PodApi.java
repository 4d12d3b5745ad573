package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.auditor.policy.RecreationSetting;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationMode;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Reads Pods, and creates bare ones. What cannot be read is thrown as the client throws it. */
final class PodApi {

    private static final long PART_SIZE = 500;
    private static final int LISTS_AT_ONCE = 2;
    private static final int MOST_ATTEMPTS = 3;
    private static final int EXPIRED = 410;
    private static final String ALREADY_EXISTS = "AlreadyExists";
    private static final String NAMESPACES = "namespaces";
    private static final String NOT_FOUND = "NotFound";

    private final KubernetesClient client;
    private final KubernetesClient slim;
    private final long partSize;
    private final Semaphore turns = new Semaphore(LISTS_AT_ONCE, true);

    /**
     * With parts of the size that informers use.
     *
     * @param client one that does not try again by itself; not closed
     * @param slim the same for lists, of which it reads what {@link PodMapper} needs
     */
    PodApi(KubernetesClient client, KubernetesClient slim) {
        this(client, slim, PART_SIZE);
    }

    /** @param partSize how many Pods are in a part of a list at most */
    PodApi(KubernetesClient client, KubernetesClient slim, long partSize) {
        this.client = client;
        this.slim = slim;
        this.partSize = partSize;
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

    /**
     * The Pods of a controller, as they are now: what {@link PodMapper} takes from them, and whether they are ready.
     * Namespaces can be larger than this process. So they are listed in parts, of which no more is read, and no more
     * kept, than is needed; and some requests wait while others list.
     *
     * @throws InterruptedException if it was told to stop while it waited for its turn
     */
    List<Pod> of(OwnerRef owner, String namespace) throws InterruptedException {
        turns.acquire();
        try {
            for (int attempt = 1; true; attempt++) {
                try {
                    return inParts(owner, namespace);
                } catch (KubernetesClientException e) {
                    if (e.getCode() != EXPIRED || attempt == MOST_ATTEMPTS) {
                        throw e;
                    }
                    // All parts are of the same moment, and the API server has forgotten that one.
                }
            }
        } finally {
            turns.release();
        }
    }

    private List<Pod> inParts(OwnerRef owner, String namespace) {
        List<Pod> found = new ArrayList<>();
        String next = null;
        do {
            // Not with the resource version 0, which would spare the API server's storage: then it ignores the limit.
            PodList part = slim.pods()
                    .inNamespace(namespace)
                    .list(new ListOptionsBuilder()
                            .withLimit(partSize)
                            .withContinue(next)
                            .build());
            part.getItems().stream().filter(pod -> isOf(owner.uid(), pod)).forEach(found::add);
            next = part.getMetadata().getContinue();
        } while (next != null && !next.isEmpty());
        return found;
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
