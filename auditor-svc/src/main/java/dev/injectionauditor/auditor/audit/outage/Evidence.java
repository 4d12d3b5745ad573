package dev.injectionauditor.auditor.audit.outage;

import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/**
 * One call of the webhook that was applied or not, as the API server's clock places it.
 *
 * @param at when
 * @param version breaks ties between equal times: the resource version, of a probe that of the cluster; 0 where there
 *     is none
 * @param ref what it is from: the uid of a Pod, a uid made from the id of a probe, or the auditID of an audit event
 * @param source what tells it
 * @param kind whether the call was applied
 */
public record Evidence(Instant at, long version, UUID ref, Source source, Kind kind) implements Comparable<Evidence> {

    /** Whether a call was applied. */
    public enum Kind {
        /** The webhook was applied. */
        APPLIED,
        /** It was not, and what was to be created lacks the mutation. */
        MISSED,
        /** It was not, but the Pod needs no mutation. */
        PRESET
    }

    /** What tells of a call. */
    public enum Source {
        /** A Pod as the API server has stored it. */
        POD,
        /** The answer to a dry-run creation by the observer. */
        PROBE,
        /** An event of the API server's audit log. */
        AUDIT
    }

    /** What a probe tells. */
    public static Evidence of(WatchedWebhook source, Signal.Probe probe) {
        return new Evidence(
                probe.at(),
                probe.resourceVersion() == null ? 0 : Long.parseLong(probe.resourceVersion()),
                UUID.nameUUIDFromBytes((source.source() + "/" + probe.id()).getBytes(StandardCharsets.UTF_8)),
                Source.PROBE,
                probe.applied() ? Kind.APPLIED : Kind.MISSED);
    }

    boolean applied() {
        return kind == Kind.APPLIED;
    }

    /** The order of PostgreSQL too, which compares uids as bytes without a sign. */
    @Override
    public int compareTo(Evidence other) {
        int order = at.compareTo(other.at);
        if (order == 0) {
            order = Long.compare(version, other.version);
        }
        if (order == 0) {
            order = Long.compareUnsigned(ref.getMostSignificantBits(), other.ref.getMostSignificantBits());
        }
        if (order == 0) {
            order = Long.compareUnsigned(ref.getLeastSignificantBits(), other.ref.getLeastSignificantBits());
        }
        return order == 0 ? source.compareTo(other.source) : order;
    }
}
