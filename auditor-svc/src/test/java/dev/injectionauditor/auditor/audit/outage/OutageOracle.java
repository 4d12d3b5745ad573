package dev.injectionauditor.auditor.audit.outage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Outage windows by brute force from the definition in the design. Shares no code with what it is held against. */
public final class OutageOracle {

    private OutageOracle() {}

    /** A window without the identity that the auditor gives it. */
    record Window(
            @Nullable Evidence first,
            @Nullable Instant startedAfter,
            Instant startedBy,
            Instant endedAfter,
            @Nullable Instant endedBefore,
            Calls calls) {}

    /** Walks on from each call not applied to the first applied one that none not applied follows too soon. */
    static List<Window> windows(Collection<Evidence> evidence, Duration quiet) {
        List<Evidence> all = evidence.stream().sorted().toList();
        List<Window> windows = new ArrayList<>();
        int i = 0;
        while (i < all.size()) {
            if (all.get(i).kind() == Evidence.Kind.APPLIED) {
                i++;
                continue;
            }
            int close = i;
            while (close < all.size() && !closes(all, close, quiet)) {
                close++;
            }
            List<Evidence> inside = untilLastNotApplied(all.subList(i, close));
            windows.add(new Window(
                    all.get(i),
                    i == 0 ? null : all.get(i - 1).at(),
                    all.get(i).at(),
                    inside.getLast().at(),
                    close == all.size() ? null : all.get(close).at(),
                    new Calls(
                            count(inside, Evidence.Kind.MISSED, false),
                            count(inside, Evidence.Kind.PRESET, false),
                            count(inside, Evidence.Kind.MISSED, true),
                            count(inside, Evidence.Kind.APPLIED, false) + count(inside, Evidence.Kind.APPLIED, true))));
            i = close;
        }
        return windows;
    }

    private static boolean closes(List<Evidence> all, int index, Duration quiet) {
        if (all.get(index).kind() != Evidence.Kind.APPLIED) {
            return false;
        }
        Instant end = all.get(index).at().plus(quiet);
        return all.subList(index, all.size()).stream()
                .noneMatch(later ->
                        later.kind() != Evidence.Kind.APPLIED && later.at().isBefore(end));
    }

    private static List<Evidence> untilLastNotApplied(List<Evidence> inside) {
        int end = inside.size();
        while (inside.get(end - 1).kind() == Evidence.Kind.APPLIED) {
            end--;
        }
        return inside.subList(0, end);
    }

    private static long count(List<Evidence> inside, Evidence.Kind kind, boolean probe) {
        return inside.stream()
                .filter(evidence -> evidence.kind() == kind)
                .filter(evidence -> (evidence.source() == Evidence.Source.PROBE) == probe)
                .count();
    }
}
