/**
 * The contract that every part of Injection Auditor shares, and all that a foreign consumer or producer needs.
 *
 * <p>For: event records, their JSON codec (CloudEvents 1.0), topic names; JSON Schemas and database migrations are
 * resources of the same module. May touch: nothing but Jackson; no Kafka, no database, no Kubernetes, no clock, no I/O.
 * Data comes from whoever builds a record or has bytes, and goes back to the caller.
 *
 * <p>Rules of the contract: {@code schema/README.md}.
 */
@NullMarked
package dev.injectionauditor.schema;

import org.jspecify.annotations.NullMarked;
