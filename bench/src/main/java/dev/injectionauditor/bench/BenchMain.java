package dev.injectionauditor.bench;

import dev.injectionauditor.bench.audit.AuditBench;
import dev.injectionauditor.bench.audit.OutageBench;
import dev.injectionauditor.bench.imports.ImportBench;
import dev.injectionauditor.bench.observe.LatencyBench;
import dev.injectionauditor.bench.observe.ObserveBench;
import dev.injectionauditor.bench.startup.StartBench;
import dev.injectionauditor.bench.webhook.AnswerBench;
import dev.injectionauditor.bench.webhook.WebhookLoad;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What {@code ./run bench} runs. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures the parts of Injection Auditor.",
        subcommands = {
            WebhookLoad.class,
            AnswerBench.class,
            AuditBench.class,
            OutageBench.class,
            LatencyBench.class,
            ObserveBench.class,
            ImportBench.class,
            StartBench.class
        })
public final class BenchMain {

    private BenchMain() {}

    /** Runs a benchmark; exit code 1 if it fails, 2 for arguments that it does not understand. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchMain())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(failure.getMessage());
                    return 1;
                })
                .execute(arguments));
    }
}
