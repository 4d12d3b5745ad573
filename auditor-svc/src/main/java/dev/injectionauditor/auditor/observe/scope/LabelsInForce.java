package dev.injectionauditor.auditor.observe.scope;

import java.time.Instant;
import java.util.Map;

/**
 * The labels of a namespace.
 *
 * @param labels empty if it has none
 * @param since since when it has had them, as far as known: its creation or a later change
 */
public record LabelsInForce(Map<String, String> labels, Instant since) {}
