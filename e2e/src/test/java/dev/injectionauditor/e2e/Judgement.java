package dev.injectionauditor.e2e;

import dev.injectionauditor.e2e.History.JudgedPod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The history of a time, held against the truth. What is compared is one moment; the judge looks again until it is
 * right or the time is up.
 *
 * @param pods created
 * @param failedOpen of those, how many the API servers failed open for
 * @param missed Pods that the auditor says were missed
 * @param found those among them that the API servers failed open for
 * @param wrong what is wrong, for people; empty if nothing is
 * @param windows true outages
 * @param distance how much wider than the truth the auditor's bounds are, at their worst
 * @param outside how many of its outages claim more than is true
 */
record Judgement(
        int pods,
        int failedOpen,
        int missed,
        int found,
        int windows,
        int windowsFound,
        Duration distance,
        int outside,
        List<String> wrong) {

    private static final Set<String> NOT_APPLIED = Set.of("missed", "preset");
    private static final int MOST_TO_TELL = 10;

    /**
     * Compares.
     *
     * @param calls all calls, in their order
     * @param since where the time begins that is judged
     * @param counted what the API servers count; empty if they don't
     */
    static Judgement of(List<Call> calls, OptionalLong counted, History history, Instant since) {
        List<String> wrong = new ArrayList<>();
        Map<UUID, JudgedPod> judged = new HashMap<>(history.pods());
        judged.values().removeIf(pod -> pod.createdAt().isBefore(since));
        Map<UUID, Call> created = calls.stream()
                .filter(call -> !call.dryRun() && !call.createdAt().isBefore(since))
                .collect(Collectors.toMap(Call::uid, call -> call));
        int failedOpen = 0;
        int missed = 0;
        int found = 0;
        for (Call call : created.values()) {
            Optional<JudgedPod> pod = Optional.ofNullable(judged.remove(call.uid()));
            boolean isMissed =
                    pod.filter(one -> NOT_APPLIED.contains(one.verdict())).isPresent();
            failedOpen += call.applied() ? 0 : 1;
            missed += isMissed ? 1 : 0;
            found += isMissed && !call.applied() ? 1 : 0;
            if (pod.isEmpty() || isMissed == call.applied()) {
                wrong.add(call.pod() + " was " + (call.applied() ? "applied to" : "missed") + " and is "
                        + pod.map(JudgedPod::verdict).orElse("not in the history"));
            }
        }
        for (JudgedPod pod : judged.values()) {
            if (pod.verdict().equals("predates")) {
                // After a list, the auditor cannot know what its namespace was like then, and says so.
                continue;
            }
            missed += NOT_APPLIED.contains(pod.verdict()) ? 1 : 0;
            wrong.add(pod.name() + " was not called for and is " + pod.verdict());
        }
        long allFailures = calls.stream().filter(call -> !call.applied()).count();
        if (counted.isPresent() && counted.getAsLong() != allFailures) {
            wrong.add("the API servers count %d failures and log %d".formatted(counted.getAsLong(), allFailures));
        }
        return withWindows(calls, history, since, new int[] {created.size(), failedOpen, missed, found}, wrong);
    }

    private static Judgement withWindows(
            List<Call> calls, History history, Instant since, int[] counts, List<String> wrong) {
        List<Window> truth = since(Window.of(calls, Duration.ofSeconds(Stage.QUIET_SECONDS)), since);
        List<Window> told = since(history.windows(), since);
        Duration distance = Duration.ZERO;
        int outside = 0;
        if (truth.size() != told.size()) {
            wrong.add("outages are " + truth + " and the history has " + told);
        } else {
            for (int i = 0; i < truth.size(); i++) {
                Duration one = told.get(i).distance(truth.get(i));
                distance = one.compareTo(distance) > 0 ? one : distance;
                if (told.get(i).endedBefore().isEmpty()) {
                    wrong.add("the outage is still open: " + told.get(i));
                } else if (told.get(i).isOutside(truth.get(i))) {
                    outside++;
                    wrong.add("the outage is " + truth.get(i) + " and the history has " + told.get(i));
                }
            }
        }
        return new Judgement(
                counts[0], counts[1], counts[2], counts[3], truth.size(), told.size(), distance, outside, wrong);
    }

    private static List<Window> since(List<Window> windows, Instant since) {
        return windows.stream()
                .filter(window -> !window.startedBy().isBefore(since))
                .toList();
    }

    /** Share of the missed calls that the auditor found. */
    double recall() {
        return failedOpen == 0 ? 1 : (double) found / failedOpen;
    }

    /** Share of what the auditor calls missed that was. */
    double precision() {
        return missed == 0 ? 1 : (double) found / missed;
    }

    /** What is wrong, shortened. */
    String faults() {
        return wrong.stream().limit(MOST_TO_TELL).collect(Collectors.joining("\n"))
                + (wrong.size() > MOST_TO_TELL ? "\n... and " + (wrong.size() - MOST_TO_TELL) + " more" : "");
    }
}
