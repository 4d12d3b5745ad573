package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.service.Loop;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What the audit role counts. */
final class AuditMetrics {

    private final MeterRegistry registry;
    private final Counter events;
    private final Counter poison;
    private final Counter sent;
    private final Counter unconfirmed;
    private final Counter orphaned;
    private final AtomicLong lag = new AtomicLong();

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
        Gauge.builder("injection_auditor_audit_lag_records", lag, AtomicLong::get)
                .description("Kafka records that wait to be audited by this member of the group")
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

    /** Notes how many records wait in the partitions that this member has. */
    void lag(long records) {
        lag.set(records);
    }

    /**
     * Tells when these last got on.
     *
     * @param audit while PostgreSQL or Kafka is away, nothing else moves
     * @param partitions if it fails, the rest goes on, but the database grows
     */
    void watch(Loop audit, PartitionMaintenance partitions) {
        progress(
                "injection_auditor_audit_progress_timestamp_seconds",
                "When the audit role last read and wrote without a failure, in seconds since 1970",
                audit::lastProgress);
        progress(
                "injection_auditor_partitions_progress_timestamp_seconds",
                "When all partitions were last made and dropped that were due, or the audit role was started, in"
                        + " seconds since 1970; due each hour",
                partitions::lastComplete);
    }

    private void progress(String name, String description, Supplier<Instant> last) {
        Gauge.builder(name, () -> last.get().getEpochSecond())
                .description(description)
                .register(registry);
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
