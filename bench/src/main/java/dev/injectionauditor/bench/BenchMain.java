package dev.injectionauditor.bench;

import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What {@code ./run bench} runs. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures the parts of Injection Auditor.",
        subcommands = {WebhookLoad.class, BenchMain.Answer.class})
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

    /** The work of one answer alone, measured by JMH. */
    @Command(name = "answer", description = "The work of one answer alone, without TLS and HTTP, by JMH.")
    static final class Answer implements Callable<Integer> {

        @Override
        public Integer call() throws RunnerException {
            new Runner(new OptionsBuilder()
                            .include(AnswerBenchmark.class.getSimpleName())
                            .forks(1)
                            .warmupIterations(3)
                            .warmupTime(TimeValue.seconds(3))
                            .measurementIterations(5)
                            .measurementTime(TimeValue.seconds(3))
                            .verbosity(VerboseMode.NORMAL)
                            .build())
                    .run();
            return 0;
        }
    }
}
