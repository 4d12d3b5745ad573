/**
 * Tells people in the cluster: writes Kubernetes Events on a missed Pod and its owner, and for each recreation with its
 * reason, so that {@code kubectl describe} and {@code kubectl events} show them.
 *
 * <p>May touch: Kafka (reads missed and recreation-results) and the API server (creates Events, and nothing else).
 * Active in one process per cluster, the one that holds the Lease of remediate; it does so for any remediator, the
 * external too.
 *
 * <p>Names of Events are made of what they tell, so that a repeat finds its Event there and makes none. An owner gets
 * one Event for each minute and cause of misses, however many Pods it has. Beyond a limit per minute, Events are
 * counted and not written: a mass outage must not fill etcd, and the history has every Pod. What is older than an hour,
 * the time that API servers keep Events by default, is not told any more.
 */
@NullMarked
package dev.injectionauditor.auditor.announce;

import org.jspecify.annotations.NullMarked;
