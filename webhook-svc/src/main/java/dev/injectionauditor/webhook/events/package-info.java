/**
 * The way of admission events to Kafka, which no answer ever waits for.
 *
 * <p>For: the wiring of the service. May touch: Kafka, from one thread of its own. Data comes in as CloudEvents from
 * the {@link dev.injectionauditor.webhook.spool.Spool} and leaves on the topic of admissions, in the order it came and
 * at least once: an event's id is deterministic, so that consumers can drop a repeat. A producer that has got nothing
 * acknowledged for three minutes is given up, and another one begins with the oldest event.
 */
@NullMarked
package dev.injectionauditor.webhook.events;

import org.jspecify.annotations.NullMarked;
