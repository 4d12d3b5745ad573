package dev.injectionauditor.localstack.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Sends changes to a client as they come (Kubernetes documentation, "Efficient detection of changes"). */
final class WatchStream {

    private static final Duration TICK = Duration.ofMillis(500);
    private static final Duration BOOKMARK_EVERY = Duration.ofSeconds(30);
    private static final long DEFAULT_TIMEOUT_SECONDS = 1800;

    private final Store store;
    private final Target target;
    private final Query query;
    private final OutputStream out;
    private final Predicate<ObjectNode> filter;

    WatchStream(Store store, Target target, Query query, OutputStream out) {
        this.store = store;
        this.target = target;
        this.query = query;
        this.out = out;
        Predicate<ObjectNode> selected = query.filter();
        this.filter = object -> target.name().isEmpty()
                ? selected.test(object)
                : Json.name(object).equals(target.name()) && selected.test(object);
    }

    /** Sends until the client's time is over or {@code isCut} says so. */
    void run(BooleanSupplier isCut) throws IOException, InterruptedException {
        long end = System.nanoTime()
                + Duration.ofSeconds(query.number("timeoutSeconds", DEFAULT_TIMEOUT_SECONDS))
                        .toNanos();
        long nextBookmark = System.nanoTime() + BOOKMARK_EVERY.toNanos();
        try {
            long seen = start();
            while (System.nanoTime() < end && !isCut.getAsBoolean()) {
                List<Store.Change> changes = store.changesAfter(seen, TICK);
                for (Store.Change change : changes) {
                    send(change);
                    seen = change.revision();
                }
                if (System.nanoTime() > nextBookmark) {
                    bookmark(seen);
                    nextBookmark = System.nanoTime() + BOOKMARK_EVERY.toNanos();
                }
                out.flush();
            }
        } catch (ApiException e) {
            // The answer has begun, so the failure is an event.
            event("ERROR", e.status());
        }
        out.flush();
    }

    private long start() throws IOException {
        long from = query.number("resourceVersion", 0);
        if (from != 0) {
            out.flush();
            return from;
        }
        Store.Snapshot snapshot = store.list(target.kind(), target.namespace().isEmpty() ? null : target.namespace());
        for (ObjectNode object : snapshot.objects()) {
            if (filter.test(object)) {
                event("ADDED", object);
            }
        }
        out.flush();
        return snapshot.revision();
    }

    private void send(Store.Change change) throws IOException {
        Key key = change.key();
        if (!key.kind().equals(target.kind())
                || !(target.namespace().isEmpty() || key.namespace().equals(target.namespace()))) {
            return;
        }
        ObjectNode before = selected(change.before());
        ObjectNode after = selected(change.after());
        if (after != null) {
            event(before == null ? "ADDED" : "MODIFIED", after);
        } else if (before != null) {
            // A deleted object has the version of its deletion.
            ObjectNode last = (change.after() == null ? before : change.after()).deepCopy();
            Json.meta(last).put("resourceVersion", Long.toString(change.revision()));
            event("DELETED", last);
        }
    }

    private @Nullable ObjectNode selected(@Nullable ObjectNode object) {
        return object != null && filter.test(object) ? object : null;
    }

    private void bookmark(long revision) throws IOException {
        if (query.text("allowWatchBookmarks").equals("true")) {
            ObjectNode object = Json.object()
                    .put("kind", target.kind().name())
                    .put("apiVersion", target.kind().apiVersion());
            object.putObject("metadata").put("resourceVersion", Long.toString(revision));
            event("BOOKMARK", object);
        }
    }

    private void event(String type, ObjectNode object) throws IOException {
        ObjectNode event = Json.object().put("type", type);
        event.set("object", object);
        out.write(Json.MAPPER.writeValueAsBytes(event));
        out.write('\n');
    }
}
