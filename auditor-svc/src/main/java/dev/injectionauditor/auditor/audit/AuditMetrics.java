package dev.injectionauditor.auditor.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** What the audit role counts. */
final class AuditMetrics {

    private final MeterRegistry registry;
    private final Counter events;
    private final Counter poison;
    private final Counter sent;
    private final Counter unconfirmed;
    private final Counter orphaned;

    AuditMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.events = Counter.builder("injection_auditor_audit_records")
                .description("Kafka records whose effects are committed")
                .register(registry);
        this.poison = Counter.builder("injection_auditor_audit_poison_records")
                .description("Kafka records that were set aside because they could not be understood or stored")
                .register(registry);
        this.sent = Counter.builder("injection_auditor_outbox_sent")
                .description("Events sent from the outbox to Kafka")
                .register(registry);
        this.unconfirmed = Counter.builder("injection_auditor_unconfirmed_stamps")
                .description("Pods with a stamp whose admission event did not come within the grace period")
                .register(registry);
        this.orphaned = Counter.builder("injection_auditor_orphaned_admissions")
                .description("Admission events of which no Pod with the stamp came within the grace period")
                .register(registry);
        for (Verdict verdict : Verdict.values()) {
            verdicts(verdict);
        }
    }

    void committed(Batch batch, History.Effects effects) {
        events.increment(batch.offsets().values().stream()
                .mapToLong(read -> read.next() - read.from())
                .sum());
        poison.increment(batch.poison().size());
        effects.verdicts().forEach((verdict, count) -> verdicts(verdict).increment(count));
    }

    void sent(int count) {
        sent.increment(count);
    }

    void flagged(GraceSweep.Flagged flagged) {
        unconfirmed.increment(flagged.unconfirmed());
        orphaned.increment(flagged.orphaned());
    }

    private Counter verdicts(Verdict verdict) {
        return Counter.builder("injection_auditor_verdicts")
                .description("Verdicts on Pods, each time one is found or changes")
                .tag("verdict", verdict.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }
}
