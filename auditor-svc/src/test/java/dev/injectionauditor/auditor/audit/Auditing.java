package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.CONSUMER_OFFSET;
import static org.jooq.impl.DSL.sum;

import dev.injectionauditor.auditor.audit.outbox.Outbox;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationTraits;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.DSLContext;

/** Writes events into a history as the audit role would, and makes them from few words. */
public final class Auditing implements InstantSource {

    /** When all stories begin: the configuration has been in force for an hour. */
    public static final Instant ZERO = Instant.parse("2026-11-23T06:00:00Z");

    public static final WatchedWebhook SOURCE = new WatchedWebhook("garden-1", "hook.example.org");
    public static final OwnerRef REPLICA_SET = new OwnerRef("apps/v1", "ReplicaSet", "web-8d88b6668", new UUID(77, 77));

    private static final Scope IN_SCOPE =
            new Scope(null, new Scope.Configuration("hook", new UUID(1, 1), 1, ZERO.minusSeconds(3600)));

    private final DSLContext db;
    /** Writes by this clock. */
    final History history;

    /** The clock of the auditor. */
    public Instant now = ZERO;

    /** The verdicts that the last batch counted. */
    Map<Verdict, Long> verdicts = Map.of();

    public Auditing(DSLContext db) {
        this.db = db;
        this.history = new History(new Outbox(new EventCodec(), Topics.defaults()), HistoryPolicy.defaults(), this);
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** Writes a batch and returns what is published. */
    public List<Event> write(Event... events) {
        return write(SOURCE, List.of(events));
    }

    public List<Event> write(WatchedWebhook source, List<Event> events) {
        Batch batch = new Batch(
                Map.of(
                        source,
                        new Batch.Events(
                                only(Admission.class, events),
                                only(PodObservation.class, events),
                                only(Signal.class, events),
                                only(RecreationRequest.class, events),
                                only(RecreationResult.class, events))),
                List.of(),
                Map.of());
        History.Effects effects = db.transactionResult(transaction -> history.apply(transaction.dsl(), batch));
        verdicts = effects.verdicts();
        return effects.published();
    }

    /** An audit role that requests no recreations. */
    public static AuditRole role(KafkaSettings kafka, DSLContext db, int partitions, MeterRegistry registry) {
        return new AuditRole(
                kafka,
                db,
                group(kafka.topics()),
                partitions,
                HistoryPolicy.defaults(),
                RecreationPolicy.defaults(),
                registry,
                InstantSource.system());
    }

    /** The consumer group of such roles. */
    public static String group(Topics topics) {
        return topics.prefix() + ".audit";
    }

    /** How many records have been read from all topics. */
    public static long read(DSLContext db) {
        BigDecimal read = db.select(sum(CONSUMER_OFFSET.NEXT_OFFSET))
                .from(CONSUMER_OFFSET)
                .fetchSingle()
                .value1();
        return read == null ? 0 : read.longValue();
    }

    public static <T> List<T> only(Class<T> type, List<? extends Event> events) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    public static UUID uid(int number) {
        return new UUID(0x1000, number);
    }

    public static UUID stamp(int number) {
        return new UUID(0x2000, number);
    }

    public static Instant at(long second) {
        return ZERO.plusSeconds(second);
    }

    /** A Pod of the ReplicaSet with a stamp of its own and the variable. */
    public static PodObservation injected(int number, long second) {
        return pod(number, second, REPLICA_SET, stamp(number), List.of());
    }

    /** A Pod of the ReplicaSet without stamp and variable. */
    public static PodObservation missed(int number, long second) {
        return pod(number, second, REPLICA_SET, null, List.of("web"));
    }

    /** A Pod that sets the variable itself. */
    public static PodObservation preset(int number, long second) {
        return pod(number, second, REPLICA_SET, null, List.of());
    }

    public static PodObservation pod(int number, long second, OwnerRef owner, UUID stamp, List<String> lacking) {
        return new PodObservation(
                new PodRef("shop", "web-8d88b6668-%05d".formatted(number), uid(number)),
                Integer.toString(1_000 + number),
                at(second),
                owner,
                stamp,
                1,
                lacking,
                IN_SCOPE,
                Lifecycle.ACTIVE,
                RecreationTraits.NONE,
                at(second));
    }

    public static PodObservation named(PodObservation pod, String name) {
        PodRef named = new PodRef(pod.pod().namespace(), name, pod.pod().uid());
        return changed(pod, named, 0, pod.scope(), pod.lifecycle(), RecreationTraits.NONE);
    }

    public static PodObservation scoped(PodObservation pod, Scope scope) {
        return changed(pod, pod.pod(), 0, scope, pod.lifecycle(), RecreationTraits.NONE);
    }

    /** The same Pod later in its life. */
    public static PodObservation later(PodObservation pod, Lifecycle lifecycle) {
        return changed(pod, pod.pod(), 500_000, pod.scope(), lifecycle, RecreationTraits.NONE);
    }

    /** The same Pod as it was before. */
    public static PodObservation older(PodObservation pod) {
        return changed(pod, pod.pod(), -500, pod.scope(), pod.lifecycle(), RecreationTraits.NONE);
    }

    /** The same Pod, with a label for its recreation. */
    public static PodObservation asking(PodObservation pod, RecreationMode mode) {
        RecreationTraits traits = new RecreationTraits(mode, false, false);
        return changed(pod, pod.pod(), 100_000, pod.scope(), pod.lifecycle(), traits);
    }

    /** @param versionsOn how much higher its resource version is */
    private static PodObservation changed(
            PodObservation pod,
            PodRef ref,
            long versionsOn,
            Scope scope,
            Lifecycle lifecycle,
            RecreationTraits traits) {
        return new PodObservation(
                ref,
                Long.toString(Long.parseLong(pod.resourceVersion()) + versionsOn),
                pod.createdAt(),
                pod.owner(),
                pod.stamp(),
                pod.containers(),
                pod.lacking(),
                scope,
                lifecycle,
                traits,
                pod.observedAt());
    }

    /** The webhook answered a call for a Pod of the ReplicaSet, whose name was still to be generated. */
    public static Admission admission(int stamp, double second) {
        return admission(stamp, null, second);
    }

    public static Admission admission(int stamp, String name, double second) {
        return new Admission(
                stamp(stamp),
                "shop",
                name,
                name == null ? "web-8d88b6668-" : null,
                name == null ? REPLICA_SET : null,
                1,
                1,
                ZERO.plusMillis((long) (second * 1000)),
                "webhook-0");
    }

    public static Signal.Probe probe(long second, boolean applied) {
        return new Signal.Probe(at(second), applied, at(second).plusMillis(20), null);
    }
}
