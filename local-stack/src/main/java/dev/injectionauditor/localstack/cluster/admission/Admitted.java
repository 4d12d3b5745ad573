package dev.injectionauditor.localstack.cluster.admission;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * An object that was let in.
 *
 * @param applied names of the webhooks that gave a valid answer
 * @param failedOpen names of those that should have been asked and gave none
 */
public record Admitted(ObjectNode object, List<String> applied, List<String> failedOpen) {}
