package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Pod of which only those fields were read that {@link PodMapper}, label selectors and the informer need. Match
 * conditions may ask for any field; for them there is the whole of its JSON, if any were known when it was read.
 */
final class SlimPod extends Pod {

    private static final long serialVersionUID = 1;

    private final transient @Nullable Map<String, Object> whole;

    SlimPod(@Nullable Map<String, Object> whole) {
        this.whole = whole;
    }

    /** Its JSON: maps, lists, texts, booleans, {@link Long} and {@link Double}, without what is null. */
    Optional<Map<String, Object>> whole() {
        return Optional.ofNullable(whole);
    }
}
