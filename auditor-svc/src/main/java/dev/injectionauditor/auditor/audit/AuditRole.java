package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.auditor.audit.outbox.Outbox;
import dev.injectionauditor.auditor.audit.outbox.OutboxRelay;
import dev.injectionauditor.auditor.audit.recreation.RecreationGauges;
import dev.injectionauditor.auditor.audit.recreation.RecreationPlanner;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.auditor.postgres.Server;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.service.Failures;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.service.Loop;
import dev.injectionauditor.service.Parts;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.jooq.DSLContext;

/** The audit role: reads the topics, keeps the history, sends the outbox, requests recreations. */
public final class AuditRole implements AutoCloseable {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final Duration OUTBOX_PAUSE = Duration.ofMillis(100);
    private static final Duration PARTITIONS_PAUSE = Duration.ofHours(1);
    private static final Duration SWEEP_PAUSE = Duration.ofSeconds(30);
    private static final Duration GAUGES_PAUSE = Duration.ofSeconds(10);

    private final Parts parts = new Parts();
    private final List<Loop> progressing;

    /**
     * Starts the role.
     *
     * @param group consumer group that the work is shared in
     * @param partitions number of partitions for topics that have to be made
     * @param history how the history is kept
     */
    public AuditRole(
            KafkaSettings kafka,
            DSLContext db,
            String group,
            int partitions,
            HistoryPolicy history,
            RecreationPolicy recreation,
            MeterRegistry registry,
            InstantSource clock) {
        EventCodec codec = new EventCodec();
        AuditMetrics metrics = new AuditMetrics(registry);
        Outbox outbox = new Outbox(codec, kafka.topics());

        AuditConsumer consumer = parts.add(
                "audit consumer",
                new AuditConsumer(
                        new KafkaConsumer<>(kafka.consumer(consumerTuning(group))),
                        new TopicSetup(() -> Admin.create(kafka.admin()), kafka.topics(), partitions),
                        db,
                        new BatchDecoder(codec),
                        new History(outbox, history, clock),
                        metrics,
                        kafka.topics(),
                        clock),
                CLOSE_LIMIT);
        KafkaProducer<String, byte[]> producer =
                parts.add("outbox producer", new KafkaProducer<>(kafka.producer(producerTuning())), CLOSE_LIMIT);
        Loop audit = new Loop("audit", consumer, Duration.ZERO, clock, AuditRole::isExcused);
        Loop relay = new Loop(
                "outbox", new OutboxRelay(db, producer, metrics::sent), OUTBOX_PAUSE, clock, AuditRole::isExcused);
        Loop planner = new Loop(
                "plan-recreation",
                new RecreationPlanner(db, outbox, recreation, history.quietPeriod(), clock),
                Duration.ofSeconds(1),
                clock,
                AuditRole::isExcused);
        PartitionMaintenance upkeep = new PartitionMaintenance(db, history.retention(), clock);
        Loop maintenance = new Loop("partitions", upkeep, PARTITIONS_PAUSE, clock);
        Loop sweep = new Loop(
                "sweep", new GraceSweep(db, history.grace(), metrics, clock), SWEEP_PAUSE, clock, AuditRole::isExcused);
        Loop gauges = new Loop("history-gauges", new HistoryGauges(db, registry, clock), GAUGES_PAUSE, clock);
        Loop gapGauge = new Loop("gap-gauge", new GapGauge(db, registry, clock), GAUGES_PAUSE, clock);
        Loop recreationGauges =
                new Loop("recreation-gauges", new RecreationGauges(db, registry, clock), GAUGES_PAUSE, clock);
        metrics.watch(audit, upkeep);
        // Not those without which the rest goes on.
        progressing = List.of(audit, relay, planner, sweep);
        List<Loop> loops = List.of(maintenance, audit, relay, planner, sweep, gauges, gapGauge, recreationGauges);
        for (Loop loop : loops) {
            parts.add("audit loop", loop, CLOSE_LIMIT);
            loop.start();
        }
    }

    private static Map<String, Object> consumerTuning(String group) {
        return Map.of(
                ConsumerConfig.GROUP_ID_CONFIG,
                group,
                // Gives partition n of every topic to the same member: all that concerns a cluster.
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                RangeAssignor.class.getName(),
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none",
                // Of a Pod that changes several times in a poll only the last state is written: much of a backlog at
                // once. What some three polls tell is in memory then, five at the most (HandOver).
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                30_000,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                8 * 1024 * 1024);
    }

    private static Map<String, Object> producerTuning() {
        // Bounded, because a database transaction is open meanwhile.
        return Map.of(
                ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000,
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
    }

    /** Whether every loop that is to work all the time has been able to work within this time. */
    public boolean hasProgressedWithin(Duration limit) {
        return progressing.stream().allMatch(loop -> loop.hasProgressedWithin(limit));
    }

    /**
     * Whether PostgreSQL or Kafka is away or in trouble. That one refuses a password is no excuse: a new process has it
     * anew.
     */
    static boolean isExcused(Throwable failure) {
        return Server.isInTrouble(failure)
                || Failures.withCauses(failure).anyMatch(RetriableException.class::isInstance);
    }

    /**
     * Whether every such loop has been able to work within this time but for PostgreSQL or Kafka being away: none of
     * them hangs, or fails for a reason that a new process may be spared.
     */
    public boolean hasRunWithin(Duration limit) {
        return progressing.stream().allMatch(loop -> loop.hasRunWithin(limit));
    }

    @Override
    public void close() {
        parts.close();
    }
}
