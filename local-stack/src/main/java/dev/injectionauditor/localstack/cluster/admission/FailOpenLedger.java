package dev.injectionauditor.localstack.cluster.admission;

import dev.injectionauditor.localstack.cluster.object.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** What a real API server tells in its audit log at most: which webhooks were applied to what it created. */
public final class FailOpenLedger {

    private final List<AdmissionCall> calls = new ArrayList<>();

    /**
     * Notes what became of the calls for an object.
     *
     * @param result the object as it was stored, or as a dry run answers
     * @param receivedAt when it was asked for
     * @param at when that was
     */
    public synchronized void record(
            Admitted admitted, ObjectNode result, boolean dryRun, Instant receivedAt, Instant at) {
        admitted.applied().forEach(webhook -> calls.add(call(webhook, result, true, dryRun, receivedAt, at)));
        admitted.failedOpen().forEach(webhook -> calls.add(call(webhook, result, false, dryRun, receivedAt, at)));
    }

    private static AdmissionCall call(
            String webhook, ObjectNode result, boolean applied, boolean dryRun, Instant receivedAt, Instant at) {
        return new AdmissionCall(
                webhook,
                Json.uid(result),
                Json.namespace(result),
                Json.name(result),
                Instant.parse(Json.textOrEmpty(result, "metadata", "creationTimestamp")),
                dryRun ? 0 : Long.parseLong(Json.textOrEmpty(result, "metadata", "resourceVersion")),
                receivedAt,
                at,
                applied,
                dryRun);
    }

    /** All calls of this webhook, in the order of their ends. */
    public synchronized List<AdmissionCall> calls(String webhook) {
        return calls.stream().filter(call -> call.webhook().equals(webhook)).toList();
    }
}
