package dev.injectionauditor.schema;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a call was missed, as far as evidence tells. */
public enum Cause {
    /** The webhook answered, but after the API server had given up. */
    @JsonProperty("late-answer")
    LATE_ANSWER,
    /** The webhook's Service had no ready endpoint at that time. */
    @JsonProperty("no-endpoints")
    NO_ENDPOINTS,
    /** Endpoints were ready, yet no call arrived. */
    @JsonProperty("unreachable")
    UNREACHABLE,
    /** There is no evidence either way. */
    @JsonProperty("unknown")
    UNKNOWN
}
