/**
 * Executes recreation requests: evicts a missed Pod, waits for the one that replaces it and tells whether that one has
 * the injection.
 *
 * <p>May touch: the API server (reads Pods, posts evictions) and Kafka (reads recreation-requests, writes
 * recreation-results). Never PostgreSQL: anybody's own job can take its place on the same topics. Active in one process
 * per cluster (Lease).
 */
@NullMarked
package dev.injectionauditor.auditor.remediate;

import org.jspecify.annotations.NullMarked;
