/**
 * Why a call was missed: answered too late, no ready endpoints, or out of reach.
 *
 * <p>For: {@code audit}, once it has stored the rest of a batch. May touch: PostgreSQL, in the caller's transaction;
 * writes nothing but the causes of Pods. Data comes from the tables {@code pod}, {@code admission}, {@code endpoints}
 * and, for the time of the latest call that is known, {@code evidence}.
 * {@link dev.injectionauditor.auditor.audit.cause.CauseRule} and
 * {@link dev.injectionauditor.auditor.audit.cause.LateAnswers} are pure.
 */
@NullMarked
package dev.injectionauditor.auditor.audit.cause;

import org.jspecify.annotations.NullMarked;
