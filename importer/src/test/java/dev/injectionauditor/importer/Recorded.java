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
        try (InputStream in = Recorded.class.getResourceAsStream("/recorded/kube-apiserver-audit.jsonl")) {
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
