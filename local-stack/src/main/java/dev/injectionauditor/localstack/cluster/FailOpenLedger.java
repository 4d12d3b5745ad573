package dev.injectionauditor.localstack.cluster;

import java.util.ArrayList;
import java.util.List;

/** What a real API server tells nobody: which objects it stored although a webhook gave no valid answer. */
final class FailOpenLedger {

    private final List<Entry> entries = new ArrayList<>();

    private record Entry(String webhook, String uid) {}

    synchronized void record(String webhook, String uid) {
        entries.add(new Entry(webhook, uid));
    }

    synchronized List<String> uids(String webhook) {
        return entries.stream()
                .filter(entry -> entry.webhook.equals(webhook))
                .map(Entry::uid)
                .toList();
    }
}
