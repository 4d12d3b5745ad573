package dev.injectionauditor.localstack.cluster.api;

import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.Store;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Deletes objects: at once, or, if somebody has to do something first (the kubelet for a running Pod, the namespace
 * controller, the owner of a finalizer), by marking them.
 */
public final class Deletion {

    private static final int DEFAULT_GRACE_SECONDS = 30;
    private static final Set<String> FOR_EVER = Set.of("default", "kube-system");
    private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

    private final Store store;
    private final InstantSource clock;

    /** @param clock from which the grace period counts */
    public Deletion(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Deletes.
     *
     * @param options a DeleteOptions object, or an empty one
     * @return the object as it is now; if it is gone, what it was (Pods) or a Status
     * @throws ApiException if it is not there or a precondition fails
     */
    ObjectNode delete(Key key, JsonNode options, boolean dryRun) {
        synchronized (store) {
            ObjectNode object = store.get(key).orElseThrow(() -> ApiException.notFound(key.kind(), key.name()));
            checkPreconditions(key, object, options.path("preconditions"));
            checkAllowed(key, options);
            int grace = graceSeconds(key, object, options);
            boolean isAtOnce = grace == 0 && !isHeld(key, object);
            if (dryRun || !options.path("dryRun").isEmpty()) {
                return isAtOnce ? answer(key, object) : marked(key, object.deepCopy(), grace);
            }
            if (isAtOnce) {
                store.delete(key, Json.uid(object));
                return answer(key, object);
            }
            return store.update(key, current -> marked(key, current, grace));
        }
    }

    /** Deletes a marked object that nobody holds any more. */
    void finish(Key key) {
        synchronized (store) {
            store.get(key)
                    .filter(Json::isTerminating)
                    .filter(object -> !isHeld(key, object))
                    .filter(object -> Json.number(object, 0, "metadata", "deletionGracePeriodSeconds") == 0)
                    .ifPresent(object -> store.delete(key, Json.uid(object)));
        }
    }

    private static ObjectNode answer(Key key, ObjectNode object) {
        if (key.kind().equals(Kind.POD)) {
            return object;
        }
        ObjectNode status = ApiException.success();
        ObjectNode details = status.putObject("details").put("name", key.name());
        if (!key.kind().group().isEmpty()) {
            details.put("group", key.kind().group());
        }
        details.put("kind", key.kind().plural()).put("uid", Json.uid(object));
        return status;
    }

    private static void checkAllowed(Key key, JsonNode options) {
        if (key.kind().equals(Kind.NAMESPACE) && FOR_EVER.contains(key.name())) {
            throw ApiException.forbidden(Kind.NAMESPACE, key.name(), "this namespace may not be deleted");
        }
        if ("Orphan".equals(Json.text(options, "propagationPolicy"))
                || options.path("orphanDependents").asBoolean(false)) {
            throw ApiException.badRequest("the simulation does not leave dependents without their owner");
        }
    }

    private static void checkPreconditions(Key key, ObjectNode object, JsonNode preconditions) {
        check(key, "UID", Json.text(preconditions, "uid"), Json.uid(object));
        check(
                key,
                "ResourceVersion",
                Json.text(preconditions, "resourceVersion"),
                Json.textOrEmpty(object, "metadata", "resourceVersion"));
    }

    private static void check(Key key, String what, @Nullable String wanted, String is) {
        if (wanted != null && !wanted.equals(is)) {
            throw ApiException.conflict(
                    key,
                    "Precondition failed: %s in precondition: %s, %s in object meta: %s"
                            .formatted(what, wanted, what, is));
        }
    }

    /** Only Pods that a kubelet may be running are given time. */
    private static int graceSeconds(Key key, ObjectNode object, JsonNode options) {
        if (!key.kind().equals(Kind.POD)
                || Json.textOrEmpty(object, "spec", "nodeName").isEmpty()
                || FINISHED.contains(Json.textOrEmpty(object, "status", "phase"))) {
            return 0;
        }
        int pod = Json.number(object, DEFAULT_GRACE_SECONDS, "spec", "terminationGracePeriodSeconds");
        int grace = Json.number(options, pod, "gracePeriodSeconds");
        return grace < 0 ? 1 : grace;
    }

    private static boolean isHeld(Key key, ObjectNode object) {
        // The namespace controller empties a namespace before it lets go of it.
        return key.kind().equals(Kind.NAMESPACE)
                || !object.path("metadata").path("finalizers").isEmpty();
    }

    private ObjectNode marked(Key key, ObjectNode object, int grace) {
        ObjectNode meta = Json.meta(object);
        int before = Json.number(meta, Integer.MAX_VALUE, "deletionGracePeriodSeconds");
        if (!Json.isTerminating(object) && meta.has("generation")) {
            meta.put("generation", Json.number(meta, 0, "generation") + 1);
        }
        if (!Json.isTerminating(object) || grace < before) {
            meta.put(
                    "deletionTimestamp",
                    clock.instant()
                            .truncatedTo(ChronoUnit.SECONDS)
                            .plusSeconds(grace)
                            .toString());
            meta.put("deletionGracePeriodSeconds", grace);
        }
        if (key.kind().equals(Kind.NAMESPACE)) {
            Json.child(object, "status").put("phase", "Terminating");
        }
        return object;
    }
}
