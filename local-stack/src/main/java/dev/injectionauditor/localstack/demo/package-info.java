/**
 * Shows the whole flow in a minute: the services as separate processes on the local stack, an outage of the webhook,
 * and what becomes of it.
 *
 * <p>For: people who want to see it work, and the test that it does. May touch: the local stack, the two services as
 * child processes, the cluster. Data comes from the cluster and from the history in PostgreSQL and goes to the
 * terminal.
 */
@NullMarked
package dev.injectionauditor.localstack.demo;

import org.jspecify.annotations.NullMarked;
