package dev.injectionauditor.localstack.cluster.admission;

import dev.injectionauditor.localstack.cluster.admission.WebhookCaller.CallFailedException;
import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.JsonPatch;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A valid answer of a webhook.
 *
 * @param isAllowed whether the object may be created
 * @param patch of the object, an array of operations; may be empty
 * @param status why it may not
 */
record WebhookAnswer(boolean isAllowed, JsonNode patch, JsonNode status) {

    private static final int LOWEST_FAILURE = 400;

    /**
     * Reads an answer.
     *
     * @param uid of the request
     * @throws CallFailedException if it is no answer to that request
     */
    static WebhookAnswer of(byte[] body, String uid) throws CallFailedException {
        JsonNode review = json(body);
        JsonNode response = review.path("response");
        if (!"AdmissionReview".equals(Json.text(review, "kind"))
                || !"admission.k8s.io/v1".equals(Json.text(review, "apiVersion"))
                || !response.isObject()) {
            throw new CallFailedException("the answer is not an AdmissionReview of admission.k8s.io/v1");
        }
        if (!uid.equals(Json.text(response, "uid"))) {
            throw new CallFailedException("expected response.uid=\"" + uid + "\"");
        }
        JsonNode allowed = response.path("allowed");
        if (!allowed.isMissingNode() && !allowed.isBoolean()) {
            throw new CallFailedException("response.allowed is not a boolean");
        }
        JsonNode patch = patch(Json.textOrEmpty(response, "patch"), Json.text(response, "patchType"));
        if (!JsonPatch.isPatch(patch)) {
            throw new CallFailedException("received undecodable patch in webhook response");
        }
        return new WebhookAnswer(allowed.asBoolean(false), patch, response.path("status"));
    }

    private static JsonNode patch(String encoded, @Nullable String type) throws CallFailedException {
        if (encoded.isEmpty() != (type == null)) {
            throw new CallFailedException("webhook returned only one of response.patch and response.patchType");
        }
        if (type == null) {
            return Json.MAPPER.createArrayNode();
        }
        if (!type.equals("JSONPatch")) {
            throw new CallFailedException("unsupported patch type \"" + type + "\"");
        }
        try {
            return json(Base64.getDecoder().decode(encoded));
        } catch (IllegalArgumentException e) {
            throw new CallFailedException("response.patch is not base64");
        }
    }

    private static JsonNode json(byte[] text) throws CallFailedException {
        try {
            return Json.MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new CallFailedException("the answer is not JSON");
        }
    }

    /** What the client is told if the webhook does not allow the object. */
    ApiException refusal(String webhook) {
        String reason = Json.textOrEmpty(status, "reason");
        String message = Json.textOrEmpty(status, "message");
        String why = message.isEmpty() ? reason : message;
        return ApiException.rejected(
                Math.max(LOWEST_FAILURE, Json.number(status, 0, "code")),
                reason,
                "admission webhook \"" + webhook + "\" denied the request"
                        + (why.isEmpty() ? " without explanation" : ": " + why));
    }
}
