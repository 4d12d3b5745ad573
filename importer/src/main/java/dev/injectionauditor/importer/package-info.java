/**
 * Reads audit logs of kube-apiservers into the history, so that clusters which never ran this software have one too.
 *
 * <p>For: the command {@code ./run import}. May touch: files, standard input and the database. Data comes from audit
 * events (audit.k8s.io/v1, JSON lines) and goes to the tables of evidence and outages, by the rules of the audit role.
 * One thread reads and decides, another one opens the database and stores. Lines are read by a JSON reader of its own,
 * which knows only what API servers write and refuses all else; that is left to Jackson, so the results are the same.
 */
@NullMarked
package dev.injectionauditor.importer;

import org.jspecify.annotations.NullMarked;
