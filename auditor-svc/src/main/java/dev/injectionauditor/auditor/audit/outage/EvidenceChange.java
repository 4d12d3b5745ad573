package dev.injectionauditor.auditor.audit.outage;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How one piece of evidence changes. Its time never does.
 *
 * @param before null if there was none
 * @param after null if there is none any more
 */
public record EvidenceChange(
        @Nullable Evidence before, @Nullable Evidence after) {

    /** @throws IllegalArgumentException if there is neither, or if they are of different times */
    public EvidenceChange {
        if (before == null && after == null) {
            throw new IllegalArgumentException("no evidence");
        }
        if (before != null && after != null && !before.at().equals(after.at())) {
            throw new IllegalArgumentException("evidence has moved in time");
        }
    }

    boolean isChange() {
        return !Objects.equals(before, after);
    }

    /** When the call was. */
    public Instant at() {
        return after != null ? after.at() : Objects.requireNonNull(before).at();
    }

    /** Whether only the number of applied calls changes. */
    boolean isOfAppliedOnly() {
        return (before == null || before.applied()) && (after == null || after.applied());
    }
}
