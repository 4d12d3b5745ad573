package dev.injectionauditor.auditor.observe.probe;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.auditor.observe.probe.ProbeReading.Why;
import dev.injectionauditor.auditor.observe.scope.ConfiguredWebhook;
import dev.injectionauditor.auditor.observe.scope.ScopeRule;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Scope.Exemption;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the answer to a probe. What is not sure to come from the webhook is no evidence. */
final class ProbeRule {

    /** The API server calls a webhook on dry run only if it declares one of these. */
    private static final Set<String> SAFE_ON_DRY_RUN = Set.of("None", "NoneOnDryRun");

    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_FAULT = 500;

    private ProbeRule() {}

    /** Why there is no use in probing a webhook that is configured like this, if there is none. */
    static Optional<Why> uselessFor(List<ConfiguredWebhook> configured) {
        if (configured.isEmpty()) {
            return Optional.of(Why.NO_CONFIGURATION);
        }
        return configured.stream()
                        .allMatch(one -> SAFE_ON_DRY_RUN.contains(one.webhook().getSideEffects()))
                ? Optional.empty()
                : Optional.of(Why.SIDE_EFFECTS);
    }

    /**
     * What an answer tells.
     *
     * @param scopes decides whether the webhook was to be called for the Pod that came back
     */
    static ProbeReading read(ProbeAnswer answer, Function<Pod, ScopeRule.Decision> scopes) {
        return switch (answer) {
            case ProbeAnswer.Created created -> read(created.pod(), created.version(), scopes);
            case ProbeAnswer.Refused refused -> new ProbeReading.NoEvidence(why(refused));
            case ProbeAnswer.None none -> new ProbeReading.NoEvidence(Why.UNREACHABLE);
        };
    }

    private static ProbeReading read(Pod pod, @Nullable String version, Function<Pod, ScopeRule.Decision> scopes) {
        // What is not stored has no version.
        if (isSet(pod.getMetadata().getResourceVersion())) {
            return new ProbeReading.NoEvidence(Why.STORED);
        }
        if (!isSet(pod.getMetadata().getCreationTimestamp())) {
            return new ProbeReading.NoEvidence(Why.UNREACHABLE);
        }
        Instant at = Instant.parse(pod.getMetadata().getCreationTimestamp());
        ScopeRule.Decision decision = scopes.apply(pod);
        Scope.Configuration configuration = decision.scope().configuration();
        if (decision.undecidable()) {
            return new ProbeReading.NoEvidence(Why.UNDECIDABLE);
        }
        if (configuration == null || decision.scope().exemption() != null) {
            return new ProbeReading.NoEvidence(
                    decision.scope().exemption() == Exemption.NO_CONFIGURATION
                            ? Why.NO_CONFIGURATION
                            : Why.OUT_OF_SCOPE);
        }
        // As with any Pod, one of the same second proves nothing: a creationTimestamp has whole seconds.
        if (!at.isAfter(configuration.inForceSince())) {
            return new ProbeReading.NoEvidence(Why.CONFIGURATION_CHANGED);
        }
        // As with any Pod, the stamp decides: the variable alone can come from somebody else.
        return new ProbeReading.Evidence(at, PodMapper.stamp(pod) != null, version);
    }

    private static Why why(ProbeAnswer.Refused refused) {
        if (refused.code() == NOT_FOUND) {
            return Why.NO_NAMESPACE;
        }
        return refused.code() >= SERVER_FAULT || refused.code() == TOO_MANY_REQUESTS ? Why.UNREACHABLE : Why.REFUSED;
    }

    private static boolean isSet(@Nullable String text) {
        return text != null && !text.isEmpty();
    }
}
