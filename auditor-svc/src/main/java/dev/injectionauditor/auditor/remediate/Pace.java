package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.policy.MinuteLimit;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How many Pods may be evicted within a minute, whenever they were requested: requests that have waited for a
 * remediator come all at once.
 */
final class Pace {

    private Pace() {}

    /**
     * How long an eviction has to wait; zero if it may go now.
     *
     * @param evictions those of the last minute in the cluster: namespace and time
     */
    static Duration pause(
            String namespace, List<Map.Entry<String, Instant>> evictions, RecreationPolicy policy, Instant now) {
        Duration ofCluster = pause(evictions.stream(), policy.perMinute(), now);
        Duration ofNamespace = pause(
                evictions.stream().filter(eviction -> eviction.getKey().equals(namespace)),
                policy.perMinuteNamespace(),
                now);
        return ofCluster.compareTo(ofNamespace) > 0 ? ofCluster : ofNamespace;
    }

    private static Duration pause(Stream<Map.Entry<String, Instant>> evictions, int most, Instant now) {
        return MinuteLimit.allowedFrom(evictions.map(Map.Entry::getValue), most, now)
                .map(time -> Duration.between(now, time))
                .orElse(Duration.ZERO);
    }
}
