package dev.injectionauditor.localstack.cluster.api;

import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.ManagedFields;
import dev.injectionauditor.localstack.cluster.object.Patches;
import dev.injectionauditor.localstack.cluster.object.Store;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What can be done with objects; used by clients through HTTP and by the controllers directly. */
public final class Api {

    private static final int NOT_FOUND = 404;

    private final Store store;
    private final Creation creation;
    private final Deletion deletion;
    private final Eviction eviction;
    private final InstantSource clock;

    /** @param clock stamps what clients change */
    public Api(Store store, Creation creation, Deletion deletion, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.creation = creation;
        this.deletion = deletion;
        this.eviction = new Eviction(store, deletion);
    }

    /** What the API server knows. */
    public Store store() {
        return store;
    }

    /** Creates an object by way of admission; of a dry run, only the answer is left. */
    public ObjectNode create(Kind kind, String namespace, ObjectNode body, String user, boolean dryRun) {
        return creation.create(kind, namespace, body, user, dryRun);
    }

    ObjectNode get(Target target) {
        ObjectNode object =
                store.get(target.key()).orElseThrow(() -> ApiException.notFound(target.kind(), target.name()));
        return target.subresource().equals("scale") ? Scale.of(object) : object;
    }

    ObjectNode list(Target target, Query query) {
        return Listing.of(store, target, query);
    }

    ObjectNode replace(Target target, ObjectNode body, boolean dryRun) {
        return change(target, dryRun, current -> body);
    }

    ObjectNode patch(Target target, String type, JsonNode patch, boolean dryRun) {
        return change(target, dryRun, current -> Patches.apply(type, patch, current));
    }

    private interface Wanted {
        ObjectNode by(ObjectNode current);
    }

    private ObjectNode change(Target target, boolean dryRun, Wanted wanted) {
        Key key = target.key();
        boolean isScale = target.subresource().equals("scale");
        @Nullable String subresource = target.subresource().isEmpty() ? null : target.subresource();
        ObjectNode before = get(new Target(target.kind(), target.namespace(), target.name(), ""));
        if (dryRun) {
            return isScale
                    ? wanted.by(Scale.of(before))
                    : changed(key, before, wanted.by(before.deepCopy()), subresource);
        }
        ObjectNode after = store.update(
                key,
                current -> isScale
                        ? Scale.apply(key, current, wanted.by(Scale.of(current)))
                        : changed(key, current, wanted.by(current.deepCopy()), subresource));
        deletion.finish(key);
        return isScale ? Scale.of(after) : after;
    }

    private ObjectNode changed(Key key, ObjectNode current, ObjectNode wanted, @Nullable String subresource) {
        ObjectNode result = Changes.of(key, current, wanted, subresource);
        if (subresource == null && !result.equals(current)) {
            ManagedFields.note(result, clock.instant());
        }
        return result;
    }

    /** Deletes an object, or marks it as terminating; returns what the client is answered. */
    public ObjectNode delete(Key key, JsonNode options, boolean dryRun) {
        return deletion.delete(key, options, dryRun);
    }

    /** Deletes what the query selects and says what that was. */
    ObjectNode deleteAll(Target target, Query query, JsonNode options) {
        ObjectNode list = list(target, query);
        for (JsonNode object : list.path("items")) {
            try {
                deletion.delete(
                        new Key(target.kind(), Json.namespace(object), Json.name(object)), options, query.isDryRun());
            } catch (ApiException e) {
                if (e.code() != NOT_FOUND) {
                    throw e;
                }
            }
        }
        return list;
    }

    ObjectNode evict(Key pod, ObjectNode body, boolean dryRun) {
        return eviction.evict(pod, body, dryRun);
    }
}
