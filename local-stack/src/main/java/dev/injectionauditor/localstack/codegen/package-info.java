/**
 * Generates the jOOQ classes of the auditor in its build, from the Flyway migrations run on a real PostgreSQL.
 *
 * <p>For: the build of {@code auditor-svc}, never for a running service. May touch: a temporary PostgreSQL and one
 * output folder. Data comes from the migrations in {@code schema} and goes into generated sources, which are never
 * committed.
 */
@NullMarked
package dev.injectionauditor.localstack.codegen;

import org.jspecify.annotations.NullMarked;
