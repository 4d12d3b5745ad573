package dev.injectionauditor.schema;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether missed Pods are recreated. */
public enum RecreationMode {
    /** They are only reported. */
    @JsonProperty("off")
    OFF,
    /** What would be done is requested as a dry run and reported. */
    @JsonProperty("plan")
    PLAN,
    /** They are recreated. */
    @JsonProperty("recreate")
    RECREATE
}
