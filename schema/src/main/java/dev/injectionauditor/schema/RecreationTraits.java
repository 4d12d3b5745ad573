package dev.injectionauditor.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What a Pod itself says about being recreated, as plain values: no label or annotation leaves the cluster.
 *
 * @param mode what the Pod asks for ({@code injection-auditor.dev/recreation}); null if it says nothing
 * @param exempt whether it is never to be recreated ({@code injection-auditor.dev/never-recreate})
 * @param systemCritical whether its priority class is {@code system-node-critical} or {@code system-cluster-critical}
 */
public record RecreationTraits(
        @Nullable RecreationMode mode,
        @JsonProperty(required = true) boolean exempt,
        @JsonProperty(required = true) boolean systemCritical) {

    /** Of a Pod that says nothing, and of one that was observed before there were such traits. */
    public static final RecreationTraits NONE = new RecreationTraits(null, false, false);
}
