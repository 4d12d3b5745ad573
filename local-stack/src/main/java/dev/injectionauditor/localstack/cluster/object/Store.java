package dev.injectionauditor.localstack.cluster.object;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * All objects and their recent changes, as etcd keeps them: one revision counts all writes, and a change that was
 * compacted away cannot be watched any more. Objects that are in it or come from it are never written to.
 */
public final class Store {

    /** How many changes are remembered. */
    private static final int HISTORY = 20_000;

    private static final Comparator<Key> ORDER = Comparator.comparing(
                    (Key key) -> key.kind().resource())
            .thenComparing(Key::namespace)
            .thenComparing(Key::name);

    private final NavigableMap<Key, ObjectNode> objects = new TreeMap<>(ORDER);
    private final NavigableMap<Long, Change> history = new TreeMap<>();
    private long revision = 1;
    private long compacted = 1;

    /**
     * What a write did.
     *
     * @param before null for a new object
     * @param after null for a deleted object
     */
    public record Change(
            long revision,
            Key key,
            @Nullable ObjectNode before,
            @Nullable ObjectNode after) {}

    /** Objects as they were at a revision. */
    public record Snapshot(long revision, List<ObjectNode> objects) {}

    /** The resourceVersion of the newest write. */
    public synchronized long revision() {
        return revision;
    }

    /** An object, if it is there; not to be changed. */
    public synchronized Optional<ObjectNode> get(Key key) {
        return Optional.ofNullable(objects.get(key));
    }

    /** @param namespace null for all */
    public synchronized Snapshot list(Kind kind, @Nullable String namespace) {
        List<ObjectNode> found = new ArrayList<>();
        Key from = new Key(kind, namespace == null ? "" : namespace, "");
        for (Map.Entry<Key, ObjectNode> entry : objects.tailMap(from).entrySet()) {
            Key key = entry.getKey();
            if (!key.kind().equals(kind)
                    || (namespace != null && !key.namespace().equals(namespace))) {
                break;
            }
            found.add(entry.getValue());
        }
        return new Snapshot(revision, found);
    }

    /**
     * Objects as they were at a revision, from what they are now and the changes since.
     *
     * @param namespace null for all
     * @throws ApiException if some of those changes have been forgotten
     */
    public synchronized Snapshot listAt(long at, Kind kind, @Nullable String namespace) {
        if (at < compacted || at > revision) {
            throw ApiException.expired("The provided continue parameter is too old to display a consistent list result."
                    + " You can start a new list without the continue parameter.");
        }
        NavigableMap<Key, ObjectNode> then = new TreeMap<>(ORDER);
        list(kind, namespace).objects().forEach(object -> then.put(key(kind, object), object));
        for (Change change : history.tailMap(at, false).descendingMap().values()) {
            if (change.before() == null) {
                then.remove(change.key());
            } else if (change.key().kind().equals(kind)
                    && (namespace == null || change.key().namespace().equals(namespace))) {
                then.put(change.key(), change.before());
            }
        }
        return new Snapshot(at, List.copyOf(then.values()));
    }

    private static Key key(Kind kind, ObjectNode object) {
        return new Key(kind, Json.namespace(object), Json.name(object));
    }

    /** @throws ApiException if there is one of that name */
    public synchronized ObjectNode create(Key key, ObjectNode object) {
        if (objects.containsKey(key)) {
            throw ApiException.alreadyExists(key);
        }
        return write(key, null, object.deepCopy());
    }

    /**
     * Replaces an object by what {@code change} makes of a copy of it; nothing is written if it makes no difference.
     *
     * @throws ApiException if there is no such object, or whatever {@code change} throws
     */
    public synchronized ObjectNode update(Key key, UnaryOperator<ObjectNode> change) {
        ObjectNode before = get(key).orElseThrow(() -> ApiException.notFound(key.kind(), key.name()));
        ObjectNode after = change.apply(before.deepCopy());
        return after.equals(before) ? before : write(key, before, after);
    }

    /** Deletes the object if it is there and still this one. */
    public synchronized void delete(Key key, String uid) {
        ObjectNode before = objects.get(key);
        if (before != null && Json.uid(before).equals(uid)) {
            objects.remove(key);
            remember(key, before, null);
        }
    }

    private ObjectNode write(Key key, @Nullable ObjectNode before, ObjectNode after) {
        Json.meta(after).put("resourceVersion", Long.toString(revision + 1));
        objects.put(key, after);
        remember(key, before, after);
        return after;
    }

    private void remember(Key key, @Nullable ObjectNode before, @Nullable ObjectNode after) {
        revision++;
        history.put(revision, new Change(revision, key, before, after));
        if (history.size() > HISTORY) {
            compacted = Objects.requireNonNull(history.pollFirstEntry()).getKey();
        }
        notifyAll();
    }

    /** Forgets all changes so far: a watch from any revision that a client can know has expired. */
    public synchronized void compact() {
        revision++;
        compacted = revision;
        history.clear();
        notifyAll();
    }

    /**
     * Changes after a revision; waits for the first.
     *
     * @return empty if nothing changed in that time
     * @throws ApiException if some of those changes have been forgotten
     */
    public synchronized List<Change> changesAfter(long after, Duration longestWait) throws InterruptedException {
        if (after < compacted) {
            throw ApiException.expired("too old resource version: " + after + " (" + compacted + ")");
        }
        long deadline = System.nanoTime() + longestWait.toNanos();
        while (revision <= after) {
            long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (left <= 0) {
                return List.of();
            }
            wait(left);
        }
        if (after < compacted) {
            throw ApiException.expired("too old resource version: " + after + " (" + compacted + ")");
        }
        return List.copyOf(history.tailMap(after, false).values());
    }
}
