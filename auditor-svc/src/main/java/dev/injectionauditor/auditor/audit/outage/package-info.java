/**
 * Which outages a webhook had: evidence of calls, applied or not, and the windows that it makes.
 *
 * <p>For: what changes evidence ({@code audit} for Pods and probes, the import for audit logs). May touch: PostgreSQL,
 * in the caller's transaction ({@link dev.injectionauditor.auditor.audit.outage.LoggedHistory} has its own). Data comes
 * as {@link dev.injectionauditor.auditor.audit.outage.EvidenceChange} and goes to the tables {@code evidence},
 * {@code call_hour} and {@code outage}; which windows changed is returned.
 * {@link dev.injectionauditor.auditor.audit.outage.OutageWindows} and
 * {@link dev.injectionauditor.auditor.audit.outage.OutageRegion} are pure.
 */
@NullMarked
package dev.injectionauditor.auditor.audit.outage;

import org.jspecify.annotations.NullMarked;
