package dev.injectionauditor.webhook.events;

import dev.injectionauditor.service.Failures;
import dev.injectionauditor.service.Loop;
import dev.injectionauditor.webhook.spool.Spool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Takes events from the spool to Kafka, oldest first, and keeps at it: an event leaves the spool when Kafka has
 * acknowledged it. All sending is done by one thread.
 */
public final class AdmissionSender implements AutoCloseable {

    private static final int BATCH = 500;
    private static final Duration WAIT_FOR_EVENTS = Duration.ofSeconds(1);
    private static final Duration WAIT_FOR_KAFKA = Duration.ofSeconds(5);
    /**
     * No acknowledgement for so long, and another producer is tried. The client itself never gives up, and never tells
     * that its thread is dead.
     */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(3);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
    private static final Duration FLUSH_POLL = Duration.ofMillis(20);

    private final Spool spool;
    /** Used by the thread of the loop, and after its end by the one that closes. */
    private final CurrentProducer producer;

    private final Duration flushLimit;
    private final Duration longestWait;
    private final Loop loop;
    private final SenderLog log;
    private final LongAdder sent = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private volatile boolean running;

    /**
     * A sender that is not running yet.
     *
     * @param producers makes a producer; called when the first event is there, and again after a failure or a silence
     *     that a producer does not recover from. May fail itself, for instance while the name of a broker is unknown
     * @param topic the topic of admissions
     * @param cluster the key of all records
     * @param flushLimit how long {@link #close()} goes on sending what is in the spool
     */
    public AdmissionSender(
            Spool spool,
            Supplier<Producer<String, byte[]>> producers,
            String topic,
            String cluster,
            Duration flushLimit,
            InstantSource clock) {
        this(spool, producers, topic, cluster, flushLimit, LONGEST_SILENCE, clock);
    }

    /** @param longestSilence how long a producer may go without an acknowledgement before another one is made */
    AdmissionSender(
            Spool spool,
            Supplier<Producer<String, byte[]>> producers,
            String topic,
            String cluster,
            Duration flushLimit,
            Duration longestSilence,
            InstantSource clock) {
        this.spool = spool;
        this.producer = new CurrentProducer(producers, topic, cluster, longestSilence);
        this.flushLimit = flushLimit;
        this.longestWait = longestSilence.compareTo(WAIT_FOR_KAFKA) < 0 ? longestSilence : WAIT_FOR_KAFKA;
        this.log = new SenderLog(spool, clock);
        this.loop = new Loop("admission-sender", this::runOnce, PAUSE_AFTER_FAILURE, clock);
    }

    /** Starts to send. */
    public void start() {
        running = true;
        loop.start();
    }

    /** How many events Kafka has acknowledged. */
    public long sent() {
        return sent.sum();
    }

    /** How many times sending has failed and been put off. */
    public long failed() {
        return failed.sum();
    }

    /** How many events were given up because Kafka will never take them: it allows smaller records only. */
    public long refused() {
        return refused.sum();
    }

    /** Sends the oldest events; false if Kafka does not take them, so that a pause is due. */
    boolean runOnce() throws InterruptedException {
        log.reportDropped();
        List<byte[]> batch = spool.oldest(BATCH, WAIT_FOR_EVENTS);
        if (batch.isEmpty()) {
            producer.notSilent();
            return true;
        }
        try {
            send(batch);
            log.recovered();
            return true;
        } catch (InterruptException e) {
            throw new InterruptedException("interrupted in the Kafka client");
        } catch (KafkaException e) {
            failed.increment();
            log.trouble(Failures.inOneLine(e));
            if (!(e instanceof RetriableException) || producer.isSilent()) {
                producer.close();
            }
            return false;
        }
    }

    private void send(List<byte[]> batch) throws InterruptedException {
        List<Future<RecordMetadata>> sends = new ArrayList<>(batch.size());
        for (byte[] event : batch) {
            Future<RecordMetadata> send = producer.send(event);
            sends.add(send);
            if (send.state() == Future.State.FAILED) {
                break; // so that none overtakes it
            }
        }
        int done = 0;
        try {
            for (Future<RecordMetadata> send : sends) {
                await(send);
                done++;
            }
        } finally {
            spool.remove(done);
        }
    }

    /** Returns when the event is done with: acknowledged, or never to be. */
    private void await(Future<RecordMetadata> send) throws InterruptedException {
        while (true) {
            try {
                send.get(longestWait.toMillis(), TimeUnit.MILLISECONDS);
                sent.increment();
                producer.notSilent();
                return;
            } catch (TimeoutException e) {
                if (producer.isSilent()) {
                    throw new KafkaException("no acknowledgement for long; it is tried anew with another producer");
                }
                // The client is trying by itself, in order.
                log.trouble("no acknowledgement for " + longestWait.toSeconds() + " s");
                log.reportDropped();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RecordTooLargeException tooLarge) {
                    refused.increment();
                    log.refused(Failures.inOneLine(tooLarge));
                    return;
                }
                throw e.getCause() instanceof KafkaException failure ? failure : new KafkaException(e.getCause());
            }
        }
    }

    /** Goes on sending until the spool is empty or the limit is reached, then stops. An interrupt stops it at once. */
    @Override
    public void close() {
        try {
            flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.close();
        producer.close();
        log.reportDropped();
        log.reportLeft();
    }

    private void flush() throws InterruptedException {
        long start = System.nanoTime();
        while (running && spool.waiting() > 0 && System.nanoTime() - start < flushLimit.toNanos()) {
            Thread.sleep(FLUSH_POLL);
        }
    }
}
