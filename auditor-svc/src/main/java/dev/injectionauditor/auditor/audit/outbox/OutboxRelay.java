package dev.injectionauditor.auditor.audit.outbox;

import static dev.injectionauditor.auditor.db.Tables.OUTBOX;

import dev.injectionauditor.auditor.db.tables.records.OutboxRecord;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.service.Loop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * Sends what the outbox holds to Kafka, in order, and deletes it once Kafka has it. One auditor does that at a time. A
 * crash between the two sends an event again, with the same id. One table serves all topics, so that their order among
 * each other is kept too: a Pod is told to be missed before its recreation is requested.
 */
public final class OutboxRelay implements Loop.Work {

    private static final int BATCH = 500;

    /** Key of the advisory lock that makes one relay the only one. */
    private static final long LOCK = 0x1A_0B0CL;

    private final DSLContext db;
    private final Producer<String, byte[]> producer;
    private final IntConsumer sent;

    /** @param sent is told how many events were sent each time */
    public OutboxRelay(DSLContext db, Producer<String, byte[]> producer, IntConsumer sent) {
        this.db = db;
        this.producer = producer;
        this.sent = sent;
    }

    @Override
    public boolean runOnce() {
        int count = db.transactionResult(transaction -> relay(transaction.dsl()));
        sent.accept(count);
        return count == BATCH;
    }

    private int relay(DSLContext tx) throws InterruptedException, ExecutionException {
        boolean mine = tx.select(DSL.function("pg_try_advisory_xact_lock", Boolean.class, DSL.val(LOCK)))
                .fetchSingle()
                .value1();
        if (!mine) {
            return 0;
        }
        List<OutboxRecord> records =
                tx.selectFrom(OUTBOX).orderBy(OUTBOX.OUTBOX_ID).limit(BATCH).fetch();
        List<Future<RecordMetadata>> underWay = new ArrayList<>();
        for (OutboxRecord record : records) {
            ProducerRecord<String, byte[]> send =
                    new ProducerRecord<>(record.getTopic(), record.getRecordKey(), record.getEvent());
            send.headers()
                    .add(EventCodec.CONTENT_TYPE_HEADER, EventCodec.CONTENT_TYPE.getBytes(StandardCharsets.US_ASCII));
            underWay.add(producer.send(send));
        }
        for (Future<RecordMetadata> send : underWay) {
            send.get();
        }
        Long[] ids = records.stream().map(OutboxRecord::getOutboxId).toArray(Long[]::new);
        return tx.deleteFrom(OUTBOX).where(OUTBOX.OUTBOX_ID.eq(DSL.any(ids))).execute();
    }
}
