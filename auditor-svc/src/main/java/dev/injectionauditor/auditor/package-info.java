/**
 * The auditor service: its settings, its roles and how they are wired.
 *
 * <p>For: running the roles observe, audit and remediate in one process or in several. May touch: all of them, to start
 * and stop them, and the management port. Data comes from the command line and environment; the roles themselves talk
 * to each other through Kafka only.
 */
@NullMarked
package dev.injectionauditor.auditor;

import org.jspecify.annotations.NullMarked;
