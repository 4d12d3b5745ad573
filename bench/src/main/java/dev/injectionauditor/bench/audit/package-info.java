/**
 * How fast the audit role is: from records in Kafka to committed rows in PostgreSQL, against the same rows loaded with
 * {@code COPY} into the same tables.
 *
 * <p>May touch: a broker and a database of its own. Data comes from
 * {@link dev.injectionauditor.bench.audit.FleetTraffic}.
 */
@NullMarked
package dev.injectionauditor.bench.audit;

import org.jspecify.annotations.NullMarked;
