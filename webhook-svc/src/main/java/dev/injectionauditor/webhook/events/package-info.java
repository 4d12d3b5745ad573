/**
 * The way of admission events to Kafka, which no answer ever waits for.
 *
 * <p>For: whoever has answered an admission request. May touch: Kafka, from one thread of its own. Data comes in as
 * {@link dev.injectionauditor.schema.Admission} records, waits in a
 * {@link dev.injectionauditor.webhook.events.Backlog}, and leaves as CloudEvents on the topic of admissions, in the
 * order it came and at least once: an event's id is deterministic, so that consumers can drop a repeat.
 */
@NullMarked
package dev.injectionauditor.webhook.events;

import org.jspecify.annotations.NullMarked;
