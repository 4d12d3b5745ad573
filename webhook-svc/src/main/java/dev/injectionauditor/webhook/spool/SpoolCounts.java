package dev.injectionauditor.webhook.spool;

import java.util.concurrent.atomic.LongAdder;

/** What became of the records of a spool. Any thread may count and ask. */
final class SpoolCounts {

    final LongAdder added = new LongAdder();
    /** Done with, those included that could not be read. */
    final LongAdder removed = new LongAdder();
    /** For lack of room. */
    final LongAdder dropped = new LongAdder();
    /** Could not be read back. */
    final LongAdder damaged = new LongAdder();

    /** @param records whose place was found, but not what was in it */
    void lost(long records) {
        damaged.add(records);
        removed.add(records);
    }

    long waiting() {
        return Math.max(0, added.sum() - removed.sum() - dropped.sum());
    }
}
