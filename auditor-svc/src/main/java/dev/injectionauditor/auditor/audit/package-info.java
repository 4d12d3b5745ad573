/**
 * Decides what was missed and keeps the history: reads topics and gives each batch all its effects in one transaction.
 *
 * <p>May touch: Kafka (reads admissions, pods, signals, recreation-requests, recreation-results; writes missed,
 * outages, recreation-requests by way of the outbox) and PostgreSQL. Never the API server. What a batch does is decided
 * in {@code verdict}, {@code cause}, {@code outage} and {@code recreation}, which know nothing of Kafka; {@code sql} is
 * below all of them. {@link dev.injectionauditor.auditor.audit.History} is where they meet;
 * {@link dev.injectionauditor.auditor.audit.PartitionMaintenance} and
 * {@link dev.injectionauditor.auditor.audit.GraceSweep} look after time.
 */
@NullMarked
package dev.injectionauditor.auditor.audit;

import org.jspecify.annotations.NullMarked;
