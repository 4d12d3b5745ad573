package dev.injectionauditor.localstack.cluster.admission;

import dev.injectionauditor.localstack.cluster.admission.WebhookCaller.CallFailedException;
import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Attributes;
import dev.injectionauditor.localstack.cluster.object.Decoding;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.JsonPatch;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.PodDefaults;
import dev.injectionauditor.localstack.cluster.object.Store;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Has new objects changed by the webhooks that are configured now, one after the other. */
public final class MutatingAdmission {

    private static final Logger LOG = LoggerFactory.getLogger(MutatingAdmission.class);

    private final Store store;
    private final WebhookCaller caller;

    /** @param store has the configurations, which are read for each request */
    public MutatingAdmission(Store store, WebhookCaller caller) {
        this.store = store;
        this.caller = caller;
    }

    /** @throws ApiException if the object is refused */
    public Admitted admit(Attributes request, ObjectNode object) {
        ObjectNode admitted = object;
        List<String> applied = new ArrayList<>();
        List<String> failedOpen = new ArrayList<>();
        for (JsonNode webhook : webhooks()) {
            if (!WebhookRules.isCalled(webhook, request, admitted, store)) {
                continue;
            }
            String name = Json.textOrEmpty(webhook, "name");
            ObjectNode review = request.review(UUID.randomUUID().toString(), admitted);
            try {
                admitted = patched(name, caller.call(webhook, review), request.kind(), admitted);
                applied.add(name);
            } catch (CallFailedException e) {
                if (!"Ignore".equals(Json.text(webhook, "failurePolicy"))) {
                    throw ApiException.internal(
                            "failed calling webhook \"" + name + "\": failed to call webhook: " + e.getMessage());
                }
                LOG.atInfo()
                        .addKeyValue("webhook", name)
                        .addKeyValue("reason", e.getMessage())
                        .log("Simulated API server: failed calling webhook, failing open");
                failedOpen.add(name);
            }
        }
        return new Admitted(admitted, applied, failedOpen);
    }

    private List<JsonNode> webhooks() {
        return store.list(Kind.MUTATING_WEBHOOKS, null).objects().stream()
                .sorted(Comparator.comparing(Json::name))
                .flatMap(configuration -> Json.elements(configuration.path("webhooks")))
                .toList();
    }

    private static ObjectNode patched(String webhook, WebhookAnswer answer, Kind kind, ObjectNode object) {
        if (!answer.isAllowed()) {
            throw answer.refusal(webhook);
        }
        try {
            if (JsonPatch.apply(answer.patch(), object) instanceof ObjectNode patched) {
                ObjectNode decoded = Decoding.of(kind, patched);
                if (kind.equals(Kind.POD)) {
                    PodDefaults.set(decoded);
                }
                return decoded;
            }
            throw ApiException.internal("the patch of " + webhook + " leaves no object");
        } catch (JsonPatch.DoesNotApplyException | ApiException e) {
            // Such a patch refuses the object, whatever the failure policy.
            throw ApiException.internal(String.valueOf(e.getMessage()));
        }
    }
}
