package dev.injectionauditor.localstack.cluster.api;

import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.Selectors;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The parameters of a request. */
record Query(Map<String, String> parameters) {

    /** @param raw as it was sent; null if there is none */
    static Query of(@Nullable String raw) {
        Map<String, String> parameters = new HashMap<>();
        if (raw != null) {
            for (String parameter : raw.split("&")) {
                String[] parts = parameter.split("=", 2);
                parameters.put(decoded(parts[0]), parts.length == 1 ? "" : decoded(parts[1]));
            }
        }
        return new Query(Map.copyOf(parameters));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    String text(String name) {
        return parameters.getOrDefault(name, "");
    }

    /** @throws ApiException if it is not a number */
    long number(String name, long otherwise) {
        try {
            return text(name).isEmpty() ? otherwise : Long.parseLong(text(name));
        } catch (NumberFormatException e) {
            throw ApiException.badRequest("invalid " + name + ": " + text(name));
        }
    }

    boolean isWatch() {
        return text("watch").equals("true") || text("watch").equals("1");
    }

    boolean isDryRun() {
        String dryRun = text("dryRun");
        if (!dryRun.isEmpty() && !dryRun.equals("All")) {
            throw ApiException.badRequest("dryRun: Unsupported value: \"" + dryRun + "\": supported values: \"All\"");
        }
        return !dryRun.isEmpty();
    }

    /** Whether there is a selector. */
    boolean isSelective() {
        return !text("labelSelector").isBlank() || !text("fieldSelector").isBlank();
    }

    /** What the selectors let through. */
    Predicate<ObjectNode> filter(Kind kind) {
        return Selectors.labels(text("labelSelector")).and(Selectors.fields(kind, text("fieldSelector")));
    }
}
