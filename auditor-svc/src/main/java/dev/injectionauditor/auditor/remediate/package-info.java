/**
 * Executes recreation requests: evicts a missed Pod, waits for the one that replaces it and tells whether that one has
 * the injection. {@code Intake} writes requests into the journal, {@code Executions} takes them from there, and
 * {@code Remediator} takes one a step further at a time.
 *
 * <p>May touch: the API server (reads Pods, their namespaces and the webhook's configuration, posts evictions, creates
 * bare Pods), Kafka (reads recreation-requests, writes recreation-results) and PostgreSQL (its journal; reads whether
 * an outage is open, and whether anybody would notice). Active in one process per cluster (Lease). Anybody's own job
 * can take its place on the same topics: docs/remediation.md.
 *
 * <p>A crash: each step is in the journal before it is taken, and the Pod's uid is the precondition of its eviction. So
 * a step can be taken again, by whichever process has the Lease, and each Pod is recreated once. All entries are looked
 * at again and again rather than waited for, so nothing that matters is only in memory.
 *
 * <p>One Pod of an owner at a time: the next one is evicted when the last replacement is ready or gone, or, if none
 * came in time or it has failed, when one has come, or after an hour. A Pod of the owner that is created by somebody
 * else between the list and the eviction can be taken for the replacement; it is as good a witness.
 *
 * <p>To know the Pods of a controller means to list its namespace, which can be larger than this process: in parts,
 * read slim, two lists at a time, and the less often the longer they take.
 *
 * <p>Bare Pods are created again without what the API server, the scheduler and admission have added; a node that the
 * creator had named is kept, tolerations that admission added stay. Before the eviction the API server has to accept
 * the creation as a dry run, with the injection; where it fails at that or has too much to do, it is asked again until
 * the request expires.
 */
@NullMarked
package dev.injectionauditor.auditor.remediate;

import org.jspecify.annotations.NullMarked;
