package dev.injectionauditor.localstack.cluster.api;

import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a URL of the API names.
 *
 * @param namespace empty for all namespaces or objects of the cluster
 * @param name empty for the collection
 * @param subresource empty for the object itself
 */
record Target(Kind kind, String namespace, String name, String subresource) {

    private static final String NAMESPACES = "namespaces";

    /** @param rawPath as it was sent; empty result if nothing is served there */
    static Optional<Target> of(String rawPath) {
        List<String> parts = Arrays.stream(rawPath.split("/"))
                .filter(part -> !part.isEmpty())
                .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8))
                .toList();
        if (parts.size() > 2 && parts.get(0).equals("api")) {
            return of("", parts.get(1), parts.subList(2, parts.size()));
        }
        if (parts.size() > 3 && parts.get(0).equals("apis")) {
            return of(parts.get(1), parts.get(2), parts.subList(3, parts.size()));
        }
        return Optional.empty();
    }

    private static Optional<Target> of(String group, String version, List<String> rest) {
        boolean inNamespace = rest.size() > 2 && rest.getFirst().equals(NAMESPACES) && !isOfNamespace(rest);
        String namespace = inNamespace ? rest.get(1) : "";
        List<String> path = inNamespace ? rest.subList(2, rest.size()) : rest;
        if (path.size() > 3) {
            return Optional.empty();
        }
        String name = path.size() > 1 ? path.get(1) : "";
        String subresource = path.size() > 2 ? path.get(2) : "";
        return Kind.find(group, version, path.getFirst())
                .filter(kind -> subresource.isEmpty() || kind.subresources().contains(subresource))
                .filter(kind -> kind.namespaced() ? inNamespace || name.isEmpty() : !inNamespace)
                .map(kind -> new Target(kind, namespace, name, subresource));
    }

    /** {@code namespaces/a/status} is about the namespace, {@code namespaces/a/pods} about what is in it. */
    private static boolean isOfNamespace(List<String> rest) {
        return rest.size() == 3 && Kind.NAMESPACE.subresources().contains(rest.get(2));
    }

    Key key() {
        return new Key(kind, namespace, name);
    }
}
