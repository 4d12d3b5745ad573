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
import org.apache.kafka.common.KafkaException;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Sends what the outbox holds to Kafka and deletes it once Kafka has it. One auditor does that at a time.
 *
 * <p>Events are sent in the order of the outbox, and each partition takes them in that order as long as nothing fails.
 * Topics do not wait for each other: who reads a request to recreate a Pod may not have read yet that it was missed.
 * After a failure, and after a crash, everything from the first event on that is not known to be in Kafka is sent
 * again, with the same ids and in the same order, so what a partition holds of them ends in that order.
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

    /**
     * Sends the oldest events.
     *
     * @throws RuntimeException why not all were sent, once what is known of the others is written down
     */
    @Override
    public boolean runOnce() {
        Relayed relayed = db.transactionResult(transaction -> relay(transaction.dsl()));
        sent.accept(relayed.count());
        if (relayed.failure() != null) {
            throw new KafkaException("not all events could be sent", relayed.failure());
        }
        return relayed.count() == BATCH;
    }

    /**
     * What came of the oldest events.
     *
     * @param count how many were sent and deleted
     * @param failure of the one after them; null if all were sent
     */
    private record Relayed(int count, @Nullable Throwable failure) {}

    private Relayed relay(DSLContext tx) throws InterruptedException {
        boolean mine = tx.select(DSL.function("pg_try_advisory_xact_lock", Boolean.class, DSL.val(LOCK)))
                .fetchSingle()
                .value1();
        if (!mine) {
            return new Relayed(0, null);
        }
        List<OutboxRecord> records =
                tx.selectFrom(OUTBOX).orderBy(OUTBOX.OUTBOX_ID).limit(BATCH).fetch();
        List<Future<RecordMetadata>> underWay = new ArrayList<>();
        boolean failed = false;
        for (int i = 0; i < records.size() && !failed; i++) {
            Future<RecordMetadata> send = producer.send(send(records.get(i)));
            underWay.add(send);
            // Each of the others could take as long to fail, and those that do not would be ahead of this one.
            failed = send.state() == Future.State.FAILED;
        }
        return delete(tx, records, underWay);
    }

    private static ProducerRecord<String, byte[]> send(OutboxRecord record) {
        ProducerRecord<String, byte[]> send =
                new ProducerRecord<>(record.getTopic(), record.getRecordKey(), record.getEvent());
        send.headers().add(EventCodec.CONTENT_TYPE_HEADER, EventCodec.CONTENT_TYPE.getBytes(StandardCharsets.US_ASCII));
        return send;
    }

    /** Waits for the ends of these sends, and deletes what comes before the first that failed. */
    private static Relayed delete(DSLContext tx, List<OutboxRecord> records, List<Future<RecordMetadata>> sends)
            throws InterruptedException {
        List<Long> sent = new ArrayList<>();
        Throwable failure = null;
        for (int i = 0; i < sends.size(); i++) {
            try {
                sends.get(i).get();
                if (failure == null) {
                    sent.add(records.get(i).getOutboxId());
                }
            } catch (ExecutionException e) {
                failure = failure == null ? e.getCause() : failure;
            }
        }
        int count = sent.isEmpty()
                ? 0
                : tx.deleteFrom(OUTBOX)
                        .where(OUTBOX.OUTBOX_ID.eq(DSL.any(sent.toArray(Long[]::new))))
                        .execute();
        return new Relayed(count, failure);
    }
}
