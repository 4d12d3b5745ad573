/**
 * What became of each Pod: injected, missed, or why it does not count.
 *
 * <p>For: {@code audit}, which gives it what was seen of Pods and calls. May touch: PostgreSQL, in the caller's
 * transaction. Data comes from observations and from the tables {@code pod} and {@code admission}; it goes there again,
 * and each change is returned. {@link dev.injectionauditor.auditor.audit.verdict.VerdictRule} and
 * {@link dev.injectionauditor.auditor.audit.verdict.PodJudge} are pure.
 */
@NullMarked
package dev.injectionauditor.auditor.audit.verdict;

import org.jspecify.annotations.NullMarked;
