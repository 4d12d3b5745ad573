/**
 * Watches the cluster and tells Kafka what a verdict needs: Pods, whether the webhook had to be called for them, the
 * endpoints of the webhook, answers to dry-run probes, and the spans in which everything was watched.
 *
 * <p>May touch: the API server (list, watch, get, and dry-run creation of Pods) and Kafka (writes pods, signals). Never
 * PostgreSQL. Informer callbacks only map and enqueue; the queue is bounded, and when it overflows the role starts anew
 * from a list, so that nothing is missing without being told. Active in one process per cluster (Lease). Scope, Pods
 * and probes have packages of their own below; how they, spans and memory work stands in {@code README.md} beside this
 * file.
 */
@NullMarked
package dev.injectionauditor.auditor.observe;

import org.jspecify.annotations.NullMarked;
