/**
 * From the JSON of a Pod to its observation: only the fields that a verdict needs, and only if something is new.
 *
 * <p>For: {@code observe}; {@code remediate} and the probes take the fields of a Pod from
 * {@link dev.injectionauditor.auditor.observe.pod.PodMapper}, too, and {@code remediate} reads lists slim. May touch:
 * nothing but the client's decoder. Data comes from the Pod watch and goes out as observations; kept in memory is what
 * was told last of each Pod.
 */
@NullMarked
package dev.injectionauditor.auditor.observe.pod;

import org.jspecify.annotations.NullMarked;
