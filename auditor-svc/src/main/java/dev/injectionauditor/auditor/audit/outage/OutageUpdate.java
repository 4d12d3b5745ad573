package dev.injectionauditor.auditor.audit.outage;

import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.audit.sql.Span;
import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;

/** Brings evidence and outage windows of some webhooks up to date: all that touches no window in one step. */
public final class OutageUpdate {

    private OutageUpdate() {}

    /**
     * Writes changes of the evidence and brings the windows up to date with them.
     *
     * @param sources of all webhooks with changes
     * @return every window that is now another than before, removed ones first
     */
    public static ByWebhook<Outage> of(
            DSLContext tx,
            Map<Integer, WatchedWebhook> sources,
            ByWebhook<EvidenceChange> changes,
            Duration quietPeriod) {
        ByWebhook<EvidenceChange> sorted = changes.mapLists((webhook, ofOne) -> OutageHistory.sorted(ofOne));
        ByWebhook<OutageWindow> around = OutageTable.around(tx, spans(sorted));
        Map<Integer, Map<Boolean, List<EvidenceChange>>> touching = new HashMap<>();
        sorted.forEach((webhook, ofOne) -> touching.put(webhook, OutageHistory.touching(ofOne, around.get(webhook))));
        EvidenceRows.write(tx, ByWebhook.of(touching, ofOne -> ofOne.get(false)));
        return ByWebhook.of(touching, ofOne -> ofOne.get(true))
                .mapLists((webhook, ofOne) -> new OutageHistory(
                                new EvidenceTable(tx, webhook),
                                new OutageTable(tx, webhook),
                                sources.get(webhook),
                                quietPeriod)
                        .updateTouching(ofOne));
    }

    private static Map<Integer, Span> spans(ByWebhook<EvidenceChange> sorted) {
        Map<Integer, Span> spans = new HashMap<>();
        sorted.forEach((webhook, ofOne) -> spans.put(
                webhook, new Span(ofOne.getFirst().at(), ofOne.getLast().at())));
        return spans;
    }
}
