package dev.injectionauditor.localstack.cluster.admission;

import dev.injectionauditor.localstack.cluster.admission.WebhookCaller.CallFailedException;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.Store;
import java.net.URI;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where a webhook is called.
 *
 * @param serverName what its certificate has to be for
 */
record WebhookAddress(URI uri, String serverName) {

    private static final String SERVICE_NAME_LABEL = "kubernetes.io/service-name";

    /** What the API server would not let anybody configure; empty if it is fine. */
    static Optional<String> problem(JsonNode clientConfig) {
        String url = Json.textOrEmpty(clientConfig, "url");
        if (url.isEmpty() == Json.textOrEmpty(clientConfig, "service", "name").isEmpty()) {
            return Optional.of("exactly one of url or service is required");
        }
        try {
            URI uri = url.isEmpty() ? URI.create("https://service") : URI.create(url);
            boolean isFine = "https".equals(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
            return isFine ? Optional.empty() : Optional.of("url: must be https with a host and without a query");
        } catch (IllegalArgumentException e) {
            return Optional.of("url: must be a valid URL");
        }
    }

    /** @throws CallFailedException if a Service is named that has no ready endpoint */
    static WebhookAddress of(JsonNode clientConfig, Store store) throws CallFailedException {
        String url = Json.textOrEmpty(clientConfig, "url");
        if (!url.isEmpty()) {
            URI uri = URI.create(url);
            return new WebhookAddress(uri, uri.getHost());
        }
        String namespace = Json.textOrEmpty(clientConfig, "service", "namespace");
        String name = Json.textOrEmpty(clientConfig, "service", "name");
        return new WebhookAddress(
                URI.create("https://" + readyEndpoint(store, namespace, name)
                        + Json.textOrEmpty(clientConfig, "service", "path")),
                name + "." + namespace + ".svc");
    }

    /** Ports of Services are not looked at: a slice of the simulation has one port. */
    private static String readyEndpoint(Store store, String namespace, String service) throws CallFailedException {
        return store.list(Kind.ENDPOINT_SLICE, namespace).objects().stream()
                .filter(slice -> service.equals(Json.labels(slice).get(SERVICE_NAME_LABEL)))
                .flatMap(slice -> Json.elements(slice.path("endpoints"))
                        .filter(endpoint ->
                                endpoint.path("conditions").path("ready").asBoolean(true))
                        .map(endpoint -> address(slice, endpoint)))
                .findFirst()
                .orElseThrow(() -> new CallFailedException("no endpoints available for service \"" + service + "\""));
    }

    private static String address(ObjectNode slice, JsonNode endpoint) {
        String host = endpoint.path("addresses").path(0).asString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":"
                + slice.path("ports").path(0).path("port").asInt();
    }
}
