/**
 * Decides what was missed and keeps the history: verdicts, outage windows, causes, recreation requests.
 *
 * <p>May touch: Kafka (reads admissions, pods, signals, recreation-results; writes missed, outages, recreation-requests
 * by way of the outbox) and PostgreSQL. Never the API server. The rules
 * ({@link dev.injectionauditor.auditor.audit.VerdictRule}, {@link dev.injectionauditor.auditor.audit.OutageWindows},
 * {@link dev.injectionauditor.auditor.audit.OutageRegion}, ...) are pure functions; each share of a poll has all its
 * effects in one transaction together with its offsets. {@link dev.injectionauditor.auditor.audit.PartitionMaintenance}
 * and {@link dev.injectionauditor.auditor.audit.GraceSweep} look after time.
 */
@NullMarked
package dev.injectionauditor.auditor.audit;

import org.jspecify.annotations.NullMarked;
