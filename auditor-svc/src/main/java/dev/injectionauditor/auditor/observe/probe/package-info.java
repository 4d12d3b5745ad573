/**
 * Probes the webhook where no Pod is created: a dry run of a Pod, whose answer is evidence like that of a Pod.
 *
 * <p>For: {@code observe}. May touch: the API server (dry-run creation of a Pod, and reading what places the answer in
 * time). Data comes from its answers and goes out as signals.
 * {@link dev.injectionauditor.auditor.observe.probe.ProbeRule} is pure.
 */
@NullMarked
package dev.injectionauditor.auditor.observe.probe;

import org.jspecify.annotations.NullMarked;
