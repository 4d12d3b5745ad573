package dev.injectionauditor.k8s;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request to an API server as RBAC sees it.
 *
 * @param verb such as list or watch
 * @param group API group, empty for the core
 * @param resource plural, with the subresource if there is one: {@code pods/eviction}
 * @param namespace empty for all namespaces or a resource without
 * @param name empty if the request names none
 */
record ApiCall(String verb, String group, String resource, String namespace, String name) {

    private static final Pattern PATH =
            Pattern.compile("/(?:api|apis/(?<group>[^/]+))/[^/]+(?:/namespaces/(?<namespace>[^/]+)(?=/[^/]+))?"
                    + "/(?<resource>[^/]+)(?:/(?<name>[^/]+))?(?:/(?<sub>[^/]+))?");

    /** The call that a request is; empty for what is no resource, such as {@code /version}. */
    static Optional<ApiCall> of(String method, URI uri) {
        Matcher path = PATH.matcher(uri.getPath());
        if (!path.matches()) {
            return Optional.empty();
        }
        String namespace = orEmpty(path.group("namespace"));
        String resource = path.group("resource");
        String name = orEmpty(path.group("name"));
        String sub = path.group("sub");
        boolean watches = uri.getQuery() != null && uri.getQuery().matches("(.*&)?watch=(true|1)(&.*)?");
        return Optional.of(new ApiCall(
                verb(method, name, watches),
                orEmpty(path.group("group")),
                sub == null ? resource : resource + "/" + sub,
                namespace,
                name));
    }

    private static String verb(String method, String name, boolean watches) {
        return switch (method) {
            case "GET" -> watches ? "watch" : name.isEmpty() ? "list" : "get";
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> name.isEmpty() ? "deletecollection" : "delete";
            default -> throw new IllegalArgumentException(method);
        };
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }
}
