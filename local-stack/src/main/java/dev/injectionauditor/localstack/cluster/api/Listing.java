package dev.injectionauditor.localstack.cluster.api;

import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Store;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Lists, in parts if a limit is given; all parts show the objects as they were at the first (API concepts, "chunks").
 */
final class Listing {

    private Listing() {}

    /**
     * A list object.
     *
     * @throws ApiException if the part before is too old, or the query is not valid
     */
    static ObjectNode of(Store store, Target target, Query query) {
        @Nullable String namespace = target.namespace().isEmpty() ? null : target.namespace();
        JsonNode token = token(query.text("continue"));
        Store.Snapshot snapshot = token.isEmpty()
                ? store.list(target.kind(), namespace)
                : store.listAt(token.path("rv").asLong(), target.kind(), namespace);
        List<ObjectNode> rest = snapshot.objects().stream()
                .filter(query.filter(target.kind()))
                .skip(token.path("start").asLong(0))
                .toList();
        ObjectNode list = Json.object()
                .put("kind", target.kind().name() + "List")
                .put("apiVersion", target.kind().apiVersion());
        ObjectNode meta = list.putObject("metadata").put("resourceVersion", Long.toString(snapshot.revision()));
        ArrayNode items = list.putArray("items");
        long limit = query.number("limit", 0);
        if (limit > 0 && rest.size() > limit) {
            ObjectNode next = Json.object().put("rv", snapshot.revision());
            next.put("start", token.path("start").asLong(0) + limit);
            meta.put("continue", Base64.getUrlEncoder().encodeToString(Json.MAPPER.writeValueAsBytes(next)));
            if (!query.isSelective()) {
                meta.put("remainingItemCount", rest.size() - limit);
            }
            rest = rest.subList(0, (int) limit);
        }
        rest.forEach(items::add);
        return list;
    }

    private static JsonNode token(String text) {
        try {
            return text.isEmpty()
                    ? Json.object()
                    : Json.MAPPER.readTree(Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (JacksonException | IllegalArgumentException e) {
            throw ApiException.badRequest("continue key is not valid: " + text);
        }
    }
}
