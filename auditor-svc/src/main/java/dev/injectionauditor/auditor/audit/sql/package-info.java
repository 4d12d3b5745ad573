/**
 * What the statements of the audit role are made of: rows and lookups for many webhooks at once, and their locks; and
 * how to go on with the others where each webhook has a transaction of its own.
 *
 * <p>For: all packages of {@code audit}, so that a transaction takes as many statements for a thousand webhooks as for
 * one. May touch: PostgreSQL, in the caller's transaction; knows nothing of Pods and outages. Data comes as lists of
 * values by webhook and goes as arrays in binary form or by {@code COPY}.
 */
@NullMarked
package dev.injectionauditor.auditor.audit.sql;

import org.jspecify.annotations.NullMarked;
