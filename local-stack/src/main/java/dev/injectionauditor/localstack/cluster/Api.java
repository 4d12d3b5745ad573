package dev.injectionauditor.localstack.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What can be done with objects; used by clients through HTTP and by the controllers directly. */
final class Api {

    private final Store store;
    private final Creation creation;
    private final Deletion deletion;
    private final Eviction eviction;

    Api(Store store, Creation creation, Deletion deletion) {
        this.store = store;
        this.creation = creation;
        this.deletion = deletion;
        this.eviction = new Eviction(store, deletion);
    }

    Store store() {
        return store;
    }

    ObjectNode create(Kind kind, String namespace, ObjectNode body, String user, boolean dryRun) {
        return creation.create(kind, namespace, body, user, dryRun);
    }

    ObjectNode get(Target target) {
        ObjectNode object =
                store.get(target.key()).orElseThrow(() -> ApiException.notFound(target.kind(), target.name()));
        return target.subresource().equals("scale") ? Scale.of(object) : object;
    }

    /** A list; in parts if a limit is given, of which each continues after the last name of the one before. */
    ObjectNode list(Target target, Query query) {
        String namespace = target.namespace().isEmpty() ? null : target.namespace();
        Store.Snapshot snapshot = store.list(target.kind(), namespace);
        String after = query.text("continue");
        List<ObjectNode> objects = snapshot.objects().stream()
                .filter(object -> after.isEmpty() || position(object).compareTo(after) > 0)
                .filter(query.filter())
                .toList();
        long limit = query.number("limit", 0);
        ObjectNode list = Json.object()
                .put("kind", target.kind().name() + "List")
                .put("apiVersion", target.kind().apiVersion());
        ObjectNode meta = list.putObject("metadata").put("resourceVersion", Long.toString(snapshot.revision()));
        if (limit > 0 && objects.size() > limit) {
            objects = objects.subList(0, (int) limit);
            meta.put("continue", position(objects.getLast()));
        }
        ArrayNode items = list.putArray("items");
        objects.forEach(items::add);
        return list;
    }

    private static String position(ObjectNode object) {
        return Json.namespace(object) + "/" + Json.name(object);
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
                    : Changes.of(key, before, wanted.by(before.deepCopy()), subresource);
        }
        ObjectNode after = store.update(
                key,
                current -> isScale
                        ? Scale.apply(key, current, wanted.by(Scale.of(current)))
                        : Changes.of(key, current, wanted.by(current.deepCopy()), subresource));
        deletion.finish(key);
        return isScale ? Scale.of(after) : after;
    }

    ObjectNode delete(Key key, JsonNode options, boolean dryRun) {
        return deletion.delete(key, options, dryRun);
    }

    void deleteAll(Target target, Query query, JsonNode options) {
        for (ObjectNode object : store.list(target.kind(), target.namespace().isEmpty() ? null : target.namespace())
                .objects()) {
            if (query.filter().test(object)) {
                deletion.delete(
                        new Key(target.kind(), Json.namespace(object), Json.name(object)), options, query.isDryRun());
            }
        }
    }

    ObjectNode evict(Key pod, ObjectNode body, boolean dryRun) {
        return eviction.evict(pod, body, dryRun);
    }
}
