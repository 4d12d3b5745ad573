/**
 * Which missed Pods may be recreated now, and why the others may not.
 *
 * <p>For: the role audit, which runs the planner, and {@code plan}, which only prints. May touch: PostgreSQL, and the
 * outbox for requests; never the API server, which is for {@code remediate}. Data comes from the history and goes to
 * the tables {@code recreation} and {@code recreation_decision}.
 * {@link dev.injectionauditor.auditor.audit.recreation.RecreationRule} and
 * {@link dev.injectionauditor.auditor.audit.recreation.RecreationRound} are pure.
 */
@NullMarked
package dev.injectionauditor.auditor.audit.recreation;

import org.jspecify.annotations.NullMarked;
