package dev.injectionauditor.k8s;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The OpenAPI schema of Kubernetes 1.36. The official Java client's classes are generated from it and check a JSON
 * object against it: unknown fields, missing required ones, wrong types. Client 27 is the one of Kubernetes 1.36
 * ({@code MutatingAdmissionPolicy} is in {@code v1}, for one).
 */
final class OpenApi {

    private static final String MODELS = "io.kubernetes.client.openapi.models.";

    private OpenApi() {}

    /**
     * What is wrong with an object; empty if nothing is.
     *
     * @throws IllegalArgumentException if Kubernetes itself has no such kind: a custom resource
     */
    static Optional<String> problem(JsonNode object) {
        String apiVersion = object.path("apiVersion").asString();
        String kind = object.path("kind").asString();
        String version = apiVersion.substring(apiVersion.indexOf('/') + 1);
        try {
            Class<?> model = Class.forName(MODELS + "V" + version.substring(1) + kind);
            JsonElement json = JsonParser.parseString(object.toString());
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, json);
            return Optional.empty();
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("no kind of Kubernetes: " + apiVersion + " " + kind, e);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException || e.getCause() instanceof IOException) {
                return Optional.of(String.valueOf(e.getCause().getMessage()));
            }
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether an object is of Kubernetes' own API. */
    static boolean isOwn(JsonNode object) {
        String group = object.path("apiVersion").asString();
        return !group.contains("/")
                || group.matches("(apps|policy|batch|autoscaling)/.*")
                || group.contains(".k8s.io/");
    }
}
