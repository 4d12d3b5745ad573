package dev.injectionauditor.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.zjsonpatch.JsonPatch;
import java.util.List;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Says what a Pod must look like after the patch, from the Pod before it and nothing else, and holds an answer against
 * it. Written against the design, not against the code under test: it works on whole trees and shares no constant.
 */
public final class PatchOracle {

    private static final String VARIABLE = "KUBERNETES_SERVICE_HOST";
    private static final String STAMP = "injection-auditor.dev/admission";

    private final JsonMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private final String host;

    /** @param host the value that must be injected */
    public PatchOracle(String host) {
        this.host = host;
    }

    /** The request as a parser sees it that reads all of it. */
    public JsonNode parse(byte[] body) {
        return json.readTree(body);
    }

    /**
     * Asserts that the answer is well-formed, allows the request, and carries a patch that turns its object into just
     * what it should be.
     *
     * @return the Pod after the patch
     */
    public JsonNode assertInjected(byte[] body, byte[] answer) {
        JsonNode request = parse(body).get("request");
        JsonNode response = assertAllowed(request, answer);
        assertThat(response.propertyNames()).containsExactlyInAnyOrder("uid", "allowed", "patchType", "patch");
        assertThat(response.get("patchType").stringValue()).isEqualTo("JSONPatch");

        JsonNode object = request.get("object");
        JsonNode patch = json.readTree(response.get("patch").binaryValue());
        JsonNode patched = GoJsonPatch.apply(patch, object);
        assertThat(patched).isEqualTo(expected(object, request.get("uid").stringValue()));
        assertThat(JsonPatch.apply(patch, object)).as("RFC 6902 and Go agree").isEqualTo(patched);
        return patched;
    }

    /** Asserts that the answer is well-formed, allows the request and changes nothing. */
    public void assertUnchanged(byte[] body, byte[] answer) {
        JsonNode response = assertAllowed(parse(body).get("request"), answer);
        assertThat(response.propertyNames()).containsExactlyInAnyOrder("uid", "allowed");
    }

    private JsonNode assertAllowed(JsonNode request, byte[] answer) {
        JsonNode review = json.readTree(answer);
        assertThat(review.propertyNames()).containsExactlyInAnyOrder("kind", "apiVersion", "response");
        assertThat(review.get("kind").stringValue()).isEqualTo("AdmissionReview");
        assertThat(review.get("apiVersion").stringValue()).isEqualTo("admission.k8s.io/v1");
        JsonNode response = review.get("response");
        assertThat(response.get("uid")).isEqualTo(request.get("uid"));
        assertThat(response.get("allowed").booleanValue()).isTrue();
        return response;
    }

    private JsonNode expected(JsonNode object, String stamp) {
        ObjectNode pod = (ObjectNode) object.deepCopy();
        child(child(pod, "metadata"), "annotations").put(STAMP, stamp);
        if (pod.get("spec") instanceof ObjectNode spec) {
            for (String list : List.of("initContainers", "containers")) {
                for (JsonNode container : spec.path(list)) {
                    if (container instanceof ObjectNode entry && timesSet(entry) == 0) {
                        ArrayNode env = entry.get("env") instanceof ArrayNode there ? there : entry.putArray("env");
                        env.addObject().put("name", VARIABLE).put("value", host);
                    }
                }
            }
        }
        return pod;
    }

    private static ObjectNode child(ObjectNode parent, String name) {
        return parent.get(name) instanceof ObjectNode there ? there : parent.putObject(name);
    }

    /** How many env entries of a container have the variable's name. */
    public static long timesSet(JsonNode container) {
        return container
                .path("env")
                .valueStream()
                .filter(entry -> entry.path("name").asString("").equals(VARIABLE))
                .count();
    }
}
