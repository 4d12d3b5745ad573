/**
 * How fast audit logs are imported, against {@code jq} filtering the same file.
 *
 * <p>May touch: files of its own, and the packaged importer as a process. Data is the recorded audit log of the
 * importer's tests, again and again with other ids and times.
 */
@NullMarked
package dev.injectionauditor.bench.imports;

import org.jspecify.annotations.NullMarked;
