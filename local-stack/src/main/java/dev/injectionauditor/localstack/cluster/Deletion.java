package dev.injectionauditor.localstack.cluster;

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
final class Deletion {

    private static final int DEFAULT_GRACE_SECONDS = 30;
    private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

    private final Store store;
    private final InstantSource clock;

    Deletion(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Deletes.
     *
     * @param options a DeleteOptions object, or an empty one
     * @return the object as it is now or was last
     * @throws ApiException if it is not there or a precondition fails
     */
    ObjectNode delete(Key key, JsonNode options, boolean dryRun) {
        synchronized (store) {
            ObjectNode object = store.get(key).orElseThrow(() -> ApiException.notFound(key.kind(), key.name()));
            checkPreconditions(key, object, options.path("preconditions"));
            if (dryRun) {
                return object;
            }
            int grace = graceSeconds(key, object, options);
            if (grace == 0 && !isHeld(key, object)) {
                store.delete(key, Json.uid(object));
                return object;
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
        return Json.number(options, pod, "gracePeriodSeconds");
    }

    private static boolean isHeld(Key key, ObjectNode object) {
        // The namespace controller empties a namespace before it lets go of it.
        return key.kind().equals(Kind.NAMESPACE)
                || !object.path("metadata").path("finalizers").isEmpty();
    }

    private ObjectNode marked(Key key, ObjectNode object, int grace) {
        ObjectNode meta = Json.meta(object);
        int before = Json.number(meta, Integer.MAX_VALUE, "deletionGracePeriodSeconds");
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
