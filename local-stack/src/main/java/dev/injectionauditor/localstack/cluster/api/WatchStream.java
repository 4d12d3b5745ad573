package dev.injectionauditor.localstack.cluster.api;

import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Store;
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
    private static final Duration BOOKMARK_EVERY = Duration.ofMinutes(1);

    /** How long before its end a watch gets a last bookmark, so that the client can go on from there. */
    private static final Duration LAST_BOOKMARK = Duration.ofSeconds(2);

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
        Predicate<ObjectNode> selected = query.filter(target.kind());
        this.filter = object -> target.name().isEmpty()
                ? selected.test(object)
                : Json.name(object).equals(target.name()) && selected.test(object);
    }

    /** Sends until the client's time is over or {@code isCut} says so. */
    void run(BooleanSupplier isCut) throws IOException, InterruptedException {
        long end = System.nanoTime()
                + Duration.ofSeconds(query.number("timeoutSeconds", DEFAULT_TIMEOUT_SECONDS))
                        .toNanos();
        long nextBookmark = nextBookmark(end);
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
                    nextBookmark = nextBookmark(end);
                }
                out.flush();
            }
        } catch (ApiException e) {
            // The answer has begun, so the failure is an event.
            event("ERROR", e.status());
        }
        out.flush();
    }

    private static long nextBookmark(long end) {
        long now = System.nanoTime();
        long last = end - LAST_BOOKMARK.toNanos();
        return last > now ? Math.min(last, now + BOOKMARK_EVERY.toNanos()) : Long.MAX_VALUE;
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
            // What is gone, or no longer selected, is sent as it was last, with the version of its going.
            ObjectNode last = before.deepCopy();
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
