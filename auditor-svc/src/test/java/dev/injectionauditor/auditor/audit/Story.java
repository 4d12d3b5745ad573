package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.SOURCE;
import static dev.injectionauditor.auditor.audit.Auditing.admission;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.later;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.audit.Auditing.pod;
import static dev.injectionauditor.auditor.audit.Auditing.preset;
import static dev.injectionauditor.auditor.audit.Auditing.probe;

import dev.injectionauditor.auditor.audit.outbox.Outbox;
import dev.injectionauditor.auditor.audit.recreation.RecreationPlanner;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Signal.Watched.Begin;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.jooq.DSLContext;

/** What happened before the questions of schema/README.md are asked: two days in two clusters. */
final class Story {

    private static final int HOUR = 3_600;
    private static final WatchedWebhook GARDEN_2 = new WatchedWebhook("garden-2", SOURCE.webhook());

    private Story() {}

    static void tell(DSLContext db) {
        Auditing audit = new Auditing(db);
        audit.write(
                new Signal.Watched(at(-6 * HOUR), at(6 * HOUR), Begin.STARTED),
                new Signal.Watched(at(6 * HOUR + 30), at(24 * HOUR), Begin.RELISTED));
        noEndpoints(audit);
        oneReplica(audit);
        audit.write(
                probe(21 * HOUR, true),
                probe(21 * HOUR + 10, false),
                probe(21 * HOUR + 20, false),
                probe(21 * HOUR + 30, true));
        audit.write(
                GARDEN_2,
                List.of(
                        new Signal.Watched(at(-6 * HOUR), at(18 * HOUR), Begin.STARTED),
                        new Signal.Watched(at(18 * HOUR), at(24 * HOUR), Begin.STARTED),
                        injected(21, 23 * HOUR),
                        admission(21, 23 * HOUR),
                        pod(22, 23 * HOUR + 600, null, null, List.of("web"))));
        audit.now = at(25 * HOUR);
        new GraceSweep(db, Duration.ofMinutes(5), new AuditMetrics(new SimpleMeterRegistry()), audit).runOnce();
        new PartitionMaintenance(db, Duration.ofDays(30), audit).runOnce();
        // An hour after the observers were last heard of, with recreation switched on: nothing is requested.
        new RecreationPlanner(
                        db,
                        new Outbox(new EventCodec(), Topics.defaults()),
                        RecreationPolicy.defaults().withMode(RecreationMode.RECREATE),
                        HistoryPolicy.defaults().quietPeriod(),
                        audit)
                .runOnce();
    }

    private static void noEndpoints(Auditing audit) {
        PodObservation four = missed(4, 20);
        PodObservation five = missed(5, 22);
        audit.write(
                new Signal.Endpoints(2, at(-HOUR)),
                new Signal.Endpoints(0, at(18)),
                new Signal.Endpoints(2, at(28)),
                injected(1, 0),
                admission(1, -0.2),
                injected(2, 5),
                admission(2, 4.8),
                injected(3, 10),
                admission(3, 9.8),
                four,
                five,
                preset(6, 24),
                injected(7, 30),
                admission(7, 29.8));
        audit.write(
                request(four, 1),
                result(four, 1, Outcome.RECREATED, 7),
                later(four, Lifecycle.GONE),
                request(five, 1),
                result(five, 1, Outcome.REFUSED, 0));
    }

    private static void oneReplica(Auditing audit) {
        int begin = 2 * HOUR;
        PodObservation nine = missed(9, begin + 10);
        audit.write(
                injected(8, begin),
                admission(8, begin),
                nine,
                injected(10, begin + 11),
                admission(10, begin + 11),
                missed(11, begin + 12),
                admission(111, begin + 14),
                injected(12, begin + 20));
        audit.write(later(nine, Lifecycle.FINISHED), request(missed(11, begin + 12), 1));
    }

    private static RecreationRequest request(PodObservation pod, int attempt) {
        return new RecreationRequest(
                RecreationRequest.requestId(pod.pod(), attempt),
                pod.pod(),
                pod.owner(),
                attempt,
                false,
                pod.createdAt().plusSeconds(60),
                pod.createdAt().plusSeconds(360));
    }

    private static Event result(PodObservation pod, int attempt, Outcome outcome, int replacement) {
        return new RecreationResult(
                RecreationRequest.requestId(pod.pod(), attempt),
                pod.pod(),
                outcome,
                replacement == 0 ? "disruption-budget" : null,
                replacement == 0
                        ? null
                        : new PodRef("shop", "web-8d88b6668-%05d".formatted(replacement), Auditing.uid(replacement)),
                pod.createdAt().plusSeconds(64),
                "auditor-0",
                pod.owner());
    }
}
