package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Holds the history against what the API servers say, scenario by scenario, and keeps the table. */
final class Judge {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(90);
    private static final String HEAD = """
            | scenario | Pods | failed open | found | recall | precision | outages | found | bounds outside | widest bound | took |
            |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
            """;

    private final Cluster cluster;
    private final History history;
    private final List<String> rows = new ArrayList<>();

    Judge(Cluster cluster, History history) {
        this.cluster = cluster;
        this.history = history;
    }

    /**
     * Waits until the history is true for what was created since then, and fails if it is not in time.
     *
     * @param since whole seconds, by the clock of the API servers
     */
    Judgement judge(String scenario, Instant since) throws InterruptedException {
        Judgement judgement = look(since);
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (!judgement.wrong().isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(200);
            judgement = look(since);
        }
        rows.add(row(scenario, judgement, Duration.between(since, Instant.now())));
        if (!judgement.wrong().isEmpty()) {
            System.out.println("Wrong in " + scenario + ": " + judgement.faults());
            Call.ordered(cluster.calls(Stage.WEBHOOK)).stream()
                    .filter(call -> !call.createdAt().isBefore(since))
                    .forEach(call -> System.out.println("  truth    " + call));
            history.evidence(since).forEach(evidence -> System.out.println("  evidence " + evidence));
        }
        assertThat(judgement.wrong()).as(judgement.faults()).isEmpty();
        return judgement;
    }

    private Judgement look(Instant since) {
        // Before the calls, so that a failure in between is no difference; the next look has it.
        var counted = cluster.failOpenCount(Stage.WEBHOOK);
        return Judgement.of(Call.ordered(cluster.calls(Stage.WEBHOOK)), counted, history, since);
    }

    private static String row(String scenario, Judgement judgement, Duration took) {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %d | %.3f | %.3f | %d | %d | %d | %d s | %d s |%n",
                scenario,
                judgement.pods(),
                judgement.failedOpen(),
                judgement.found(),
                judgement.recall(),
                judgement.precision(),
                judgement.windows(),
                judgement.windowsFound(),
                judgement.outside(),
                judgement.distance().toSeconds(),
                took.toSeconds());
    }

    /** Prints the table and leaves it as a file. */
    void report(PrintStream out, Path file, List<String> notes) throws IOException {
        StringBuilder text =
                new StringBuilder("On " + cluster.description() + "; judge: " + cluster.witness() + ".\n\n");
        text.append(HEAD);
        rows.forEach(text::append);
        notes.forEach(note -> text.append("\n").append(note));
        out.println("\n" + text);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
