package dev.injectionauditor.auditor.audit.outbox;

import static dev.injectionauditor.auditor.db.Tables.OUTBOX;

import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import java.util.List;
import org.jooq.DSLContext;

/** Events on their way to Kafka, in the table {@code outbox}: they leave if and only if their transaction commits. */
public final class Outbox implements Publisher {

    private final EventCodec codec;
    private final Topics topics;

    /** @param topics that the events are for */
    public Outbox(EventCodec codec, Topics topics) {
        this.codec = codec;
        this.topics = topics;
    }

    @Override
    public void add(DSLContext tx, WatchedWebhook source, List<? extends Event> events) {
        if (events.isEmpty()) {
            return;
        }
        var insert = tx.insertInto(OUTBOX, OUTBOX.TOPIC, OUTBOX.RECORD_KEY, OUTBOX.EVENT);
        for (Event event : events) {
            insert = insert.values(
                    topics.of(event.type()), source.cluster(), codec.encode(CloudEvent.of(source, event)));
        }
        insert.execute();
    }
}
