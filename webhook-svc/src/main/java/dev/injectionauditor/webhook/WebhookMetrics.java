package dev.injectionauditor.webhook;

import dev.injectionauditor.webhook.admission.BadInput;
import dev.injectionauditor.webhook.admission.Outcome;
import dev.injectionauditor.webhook.events.AdmissionSender;
import dev.injectionauditor.webhook.http.HttpsServer;
import dev.injectionauditor.webhook.spool.Spool;
import dev.injectionauditor.webhook.tls.Certificates;
import dev.injectionauditor.webhook.tls.TlsIdentity;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/** What the service counts. All meters are there from the start, so that rates are right from the first event on. */
final class WebhookMetrics {

    private static final String PREFIX = "injection.auditor.webhook.";
    private static final Duration[] ANSWER_BUCKETS = LongStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Counter patched;
    private final Counter stamped;
    private final Counter ignored;
    private final Map<BadInput, Counter> rejected = new EnumMap<>(BadInput.class);
    private final Counter failures;
    private final Counter connectionFailures;
    private final Timer answerTime;

    WebhookMetrics(MeterRegistry registry) {
        this.registry = registry;
        patched = admissions("patched");
        stamped = admissions("stamped");
        ignored = admissions("ignored");
        for (BadInput reason : BadInput.values()) {
            rejected.put(
                    reason,
                    Counter.builder(PREFIX + "rejected")
                            .description("Requests turned away as bad input")
                            .tag("reason", reason.tag())
                            .register(registry));
        }
        failures = Counter.builder(PREFIX + "failures")
                .description("Requests answered with status 500 because of a defect")
                .register(registry);
        connectionFailures = Counter.builder(PREFIX + "connection.failures")
                .description("Connections that broke, failed TLS handshakes among them")
                .register(registry);
        answerTime = Timer.builder(PREFIX + "answer")
                .description("Time from a complete admission request to its answer")
                .serviceLevelObjectives(ANSWER_BUCKETS)
                .register(registry);
    }

    private Counter admissions(String result) {
        return Counter.builder(PREFIX + "admissions")
                .description("Admission requests answered, dry runs included: patched (a container got the variable),"
                        + " stamped (every container had it), ignored (not the creation of a Pod)")
                .tag("result", result)
                .register(registry);
    }

    void answered(Outcome.Allowed outcome, long nanos) {
        switch (outcome) {
            case Outcome.Injected injected -> (injected.admission().patched() > 0 ? patched : stamped).increment();
            case Outcome.Ignored _ -> ignored.increment();
        }
        answerTime.record(nanos, TimeUnit.NANOSECONDS);
    }

    void rejected(BadInput reason) {
        rejected.get(reason).increment();
    }

    void failed() {
        failures.increment();
    }

    void connectionFailed() {
        connectionFailures.increment();
    }

    void watch(HttpsServer server) {
        Gauge.builder(PREFIX + "connections", server, HttpsServer::connections)
                .description("Open connections")
                .register(registry);
    }

    void watch(Certificates certificates) {
        Gauge.builder(PREFIX + "certificate.expiry.timestamp.seconds", certificates, WebhookMetrics::expiry)
                .description("When the first certificate of the serving chain expires, in seconds since 1970; 0 if"
                        + " there is none yet")
                .register(registry);
        Gauge.builder(PREFIX + "certificate.newest.unusable", certificates, source -> source.isNewestUnusable() ? 1 : 0)
                .description("1 while there is a newer certificate that cannot be used, so that the old one is served")
                .register(registry);
        count(
                "certificate.exchanges",
                "How many times the certificate was exchanged while running",
                certificates,
                Certificates::exchanged);
    }

    private static double expiry(Certificates certificates) {
        TlsIdentity identity = certificates.current();
        return identity == null ? 0 : identity.chainExpires().getEpochSecond();
    }

    void watch(AdmissionRecorder recorder, Spool spool, AdmissionSender sender) {
        Gauge.builder(PREFIX + "events.waiting", spool, Spool::waiting)
                .description("Admission events that wait for Kafka")
                .register(registry);
        Gauge.builder(PREFIX + "spool.on.disk", spool, source -> source.isOnDisk() ? 1 : 0)
                .description("1 while admission events outlive the process, 0 while they wait in memory only")
                .register(registry);
        count("events.sent", "Admission events that Kafka acknowledged", sender, AdmissionSender::sent);
        count(
                "events.failed",
                "Attempts to send events that failed and are made again",
                sender,
                AdmissionSender::failed);
        lost("unrecorded", recorder, AdmissionRecorder::unrecorded);
        lost("dropped", spool, Spool::dropped);
        lost("damaged", spool, Spool::damaged);
        lost("refused", sender, AdmissionSender::refused);
    }

    private <T> void lost(String reason, T source, ToLongFunction<T> count) {
        FunctionCounter.builder(PREFIX + "events.lost", source, counted -> count.applyAsLong(counted))
                .description("Admission events lost: dropped (no room), damaged (could not be read back), refused (by"
                        + " Kafka), unrecorded (could not be put down)")
                .tag("reason", reason)
                .register(registry);
    }

    private <T> void count(String name, String description, T source, ToLongFunction<T> count) {
        FunctionCounter.builder(PREFIX + name, source, counted -> count.applyAsLong(counted))
                .description(description)
                .register(registry);
    }
}
