package dev.injectionauditor.importer;

import dev.injectionauditor.auditor.audit.outage.LoggedCreation;
import dev.injectionauditor.auditor.audit.outage.LoggedHistory;
import dev.injectionauditor.schema.WatchedWebhook;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What became of a batch.
 *
 * @param pods Pods that were not known before
 * @param failedOpen of those, how many the API server failed open for
 * @param tooOld creations from before the time that the history is kept for
 * @param repeated creations that were there already
 */
record StoredBatch(long pods, long failedOpen, long tooOld, long repeated) {

    /** Stores a batch in one transaction. */
    static StoredBatch store(LoggedHistory history, List<PodCreation> batch) {
        LoggedHistory.Added added =
                history.add(batch.stream().map(StoredBatch::logged).toList());
        int pods = added.creations().size();
        return new StoredBatch(
                pods,
                added.creations().stream().filter(LoggedCreation::failedOpen).count(),
                added.tooOld(),
                (long) batch.size() - pods - added.tooOld());
    }

    private static LoggedCreation logged(PodCreation creation) {
        return new LoggedCreation(
                creation.auditId(),
                creation.at(),
                creation.namespace(),
                creation.name(),
                creation.podUid(),
                creation.failedOpen(),
                creation.applied().entrySet().stream()
                        .filter(call -> WatchedWebhook.isValidName(call.getKey()))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }
}
