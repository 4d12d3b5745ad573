package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whether the API server had to call the webhook for a Pod, decided while the facts were fresh.
 *
 * @param exemption why the webhook was not to be called, null if it was
 * @param configuration the MutatingWebhookConfiguration that decided it, null if there was none
 */
public record Scope(@Nullable Exemption exemption, @Nullable Configuration configuration) {

    /** @throws IllegalArgumentException if the webhook was to be called but no configuration says so */
    public Scope {
        if (exemption == null) {
            required("scope.configuration", configuration);
        }
    }

    /** Why the webhook was not to be called for a Pod. */
    public enum Exemption {
        /** The mirror of a static Pod: the kubelet had started it before the API server saw it. */
        @JsonProperty("mirror-pod")
        MIRROR_POD,
        /** No MutatingWebhookConfiguration had this webhook. */
        @JsonProperty("no-configuration")
        NO_CONFIGURATION,
        /** The rules do not name the creation of Pods. */
        @JsonProperty("rules")
        RULES,
        /** The labels of the namespace do not match. */
        @JsonProperty("namespace-selector")
        NAMESPACE_SELECTOR,
        /** The labels of the Pod do not match. */
        @JsonProperty("object-selector")
        OBJECT_SELECTOR,
        /** A match condition was false, or failed to evaluate under {@code failurePolicy: Ignore}. */
        @JsonProperty("match-conditions")
        MATCH_CONDITIONS
    }

    /**
     * Identity of the configuration that was in force.
     *
     * @param name its name
     * @param uid its uid: another one after it was deleted and created again
     * @param generation grows with every change of it
     * @param inForceSince since when it has decided as it does now for the Pod's namespace, as far as known: its
     *     creation or a later change. A Pod that is older cannot have been missed by it
     */
    public record Configuration(
            String name,
            UUID uid,
            @JsonProperty(required = true) long generation,
            Instant inForceSince) {

        /** @throws IllegalArgumentException if a field is missing */
        public Configuration {
            required("scope.configuration.name", name);
            required("scope.configuration.uid", uid);
            required("scope.configuration.inForceSince", inForceSince);
        }
    }
}
