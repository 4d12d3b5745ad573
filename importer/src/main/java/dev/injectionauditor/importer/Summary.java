package dev.injectionauditor.importer;

import dev.injectionauditor.auditor.audit.outage.LoggedOutage;
import dev.injectionauditor.importer.Line.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an import found.
 *
 * @param events lines that were read
 * @param skipped how many of them tell nothing of a created Pod, by reason
 * @param pods Pods created
 * @param failedOpen of those, how many the API server failed open for, for any webhook
 * @param windows outage windows of the cluster as they are now
 */
record Summary(long events, Map<Reason, Long> skipped, long pods, long failedOpen, List<LoggedOutage> windows) {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    Summary {
        skipped = skipped.isEmpty() ? Map.of() : new EnumMap<>(skipped);
    }

    /** One line of JSON. */
    String json() {
        ObjectNode json = MAPPER.createObjectNode().put("events", events);
        ObjectNode reasons = json.putObject("skipped");
        skipped.forEach((reason, count) -> reasons.put(reason.text(), count));
        json.put("pods", pods).put("failedOpen", failedOpen);
        ArrayNode array = json.putArray("windows");
        for (LoggedOutage window : windows) {
            ObjectNode node = array.addObject().put("webhook", window.webhook());
            times(node.putArray("startedBetween"), window.startedAfter(), window.startedBy());
            times(node.putArray("endedBetween"), window.endedAfter(), window.endedBefore());
            node.put("missed", window.missed()).put("applied", window.applied()).put("kind", kind(window));
        }
        return MAPPER.writeValueAsString(json);
    }

    private static void times(ArrayNode array, @Nullable Instant from, @Nullable Instant until) {
        array.add(from == null ? null : from.toString());
        array.add(until == null ? null : until.toString());
    }

    private static String kind(LoggedOutage window) {
        return window.applied() == 0 ? "full" : "partial";
    }

    /** For people, line by line. */
    List<String> text() {
        List<String> lines = new ArrayList<>();
        lines.add("%,d lines read; %,d Pods created, the API server failed open for %,d of them"
                .formatted(events, pods, failedOpen));
        if (!skipped.isEmpty()) {
            lines.add("passed over: "
                    + skipped.entrySet().stream()
                            .map(reason -> String.format(
                                    Locale.ROOT, "%s %,d", reason.getKey().text(), reason.getValue()))
                            .collect(Collectors.joining(", ")));
        }
        lines.add(windows.isEmpty() ? "no outage" : "outages:");
        for (LoggedOutage window : windows) {
            lines.add("  " + window.webhook());
            lines.add("    started after %s, by %s"
                    .formatted(window.startedAfter() == null ? "?" : window.startedAfter(), window.startedBy()));
            lines.add("    ended after %s, %s"
                    .formatted(
                            window.endedAfter(),
                            window.endedBefore() == null ? "still open" : "before " + window.endedBefore()));
            lines.add("    %s: %,d calls not applied, %,d applied in between"
                    .formatted(kind(window), window.missed(), window.applied()));
        }
        return lines;
    }
}
