/**
 * Events on their way to Kafka, which leave if and only if the transaction that tells them commits.
 *
 * <p>For: whoever tells something in a transaction of the history. May touch: the table {@code outbox}, and Kafka by
 * the producer of the relay. Data comes as events and goes to their topics, at least once; those of a cluster in the
 * order in which they were told, topic by topic, but for what is sent again after a failure: see
 * {@link dev.injectionauditor.auditor.audit.outbox.OutboxRelay}.
 */
@NullMarked
package dev.injectionauditor.auditor.audit.outbox;

import org.jspecify.annotations.NullMarked;
