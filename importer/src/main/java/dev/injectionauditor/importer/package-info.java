/**
 * Reads audit logs of kube-apiservers into the history, so that clusters which never ran this software have one too.
 *
 * <p>For: the command {@code ./run import}. May touch: files, standard input and the database. Data comes from audit
 * events (audit.k8s.io/v1, JSON lines) and goes to the tables of evidence and outages, by the rules of the audit role.
 */
@NullMarked
package dev.injectionauditor.importer;

import org.jspecify.annotations.NullMarked;
