package dev.injectionauditor.auditor.observe.pod;

import dev.injectionauditor.auditor.observe.scope.MatchConditions;
import dev.injectionauditor.auditor.observe.scope.MatchConditions.Decision;
import dev.injectionauditor.auditor.observe.scope.PartlyRead;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Optional;

/**
 * A Pod of which only those fields were read that {@link PodMapper}, label selectors and the informer need, and whether
 * it is ready. Match conditions are evaluated while it is read.
 */
final class SlimPod extends Pod implements PartlyRead {

    private static final long serialVersionUID = 1;

    private final transient Map<MatchConditions, Decision> decisions;

    /** @param decisions of those conditions that were evaluated while it was read */
    SlimPod(Map<MatchConditions, Decision> decisions) {
        this.decisions = decisions;
    }

    @Override
    public Optional<Decision> decision(MatchConditions conditions) {
        return Optional.ofNullable(decisions.get(conditions));
    }
}
