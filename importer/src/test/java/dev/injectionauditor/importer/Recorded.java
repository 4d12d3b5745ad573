package dev.injectionauditor.importer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The audit log of a real API server with two outages of its webhook. */
final class Recorded {

    /** Name of the webhook in the recording. */
    static final String WEBHOOK = "kubernetes-service-host.recorder.test";

    private Recorded() {}

    static List<String> lines() throws IOException {
        return lines("kube-apiserver-audit.jsonl");
    }

    /**
     * What {@code kubectl apply --server-side} of a Pod is logged as while the webhook does not answer: a dry run, the
     * creation, a change, and a Pod in a namespace that is not there.
     */
    static List<String> serverSideApply() throws IOException {
        return lines("server-side-apply-audit.jsonl");
    }

    private static List<String> lines(String file) throws IOException {
        try (InputStream in = Recorded.class.getResourceAsStream("/recorded/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    /** A creation in the first outage. */
    static ObjectNode missed() throws IOException {
        return (ObjectNode) lines().stream()
                .filter(line -> line.contains("failed-open"))
                .map(JsonMapper.shared()::readTree)
                .findFirst()
                .orElseThrow();
    }
}
