package dev.injectionauditor.bench.webhook;

import dev.injectionauditor.bench.Child;
import dev.injectionauditor.bench.webhook.Wrk.Result;
import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.schema.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Loads the webhook with recorded reviews over TLS and prints a table. */
@Command(
        name = "webhook",
        mixinStandardHelpOptions = true,
        description =
                "Loads the packaged webhook, and another one beside it if wanted, with recorded reviews over TLS.")
public final class WebhookLoad implements Callable<Integer> {

    /** Rounds of warming up. */
    private static final int WARM_UP = 2;

    private static final int STARTS = 5;
    private static final ToDoubleFunction<Run> PER_SECOND = run -> run.result().perSecond();
    private static final ToDoubleFunction<Run> P50 = run -> run.result().p50();
    private static final ToDoubleFunction<Run> P99 = run -> run.result().p99();

    @Option(
            names = "--peer-url",
            paramLabel = "URL",
            description = "Another webhook to load in turn with ours; on this machine, with all of the path.")
    @Nullable String peerUrl;

    @Option(names = "--peer-pid", paramLabel = "PID", description = "Its process, to tell its memory and time.")
    @Nullable Long peerPid;

    @Option(names = "--seconds", defaultValue = "8", description = "Length of a run. Default: ${DEFAULT-VALUE}")
    int seconds;

    @Option(names = "--rounds", defaultValue = "3", description = "Runs of each kind. Default: ${DEFAULT-VALUE}")
    int rounds;

    @Option(
            names = "--connections",
            split = ",",
            defaultValue = "1,16",
            description = "Connections at a time. Default: ${DEFAULT-VALUE}")
    List<Integer> connections = List.of();

    @Option(
            names = "--kafka",
            description = "With a Kafka broker on the same machine; without it, events stay in the spool.")
    boolean withKafka;

    private final PrintStream out = System.out;

    /** @param process null if it is not known */
    private record Target(String name, String url, @Nullable ProcessHandle process) {}

    /** @param cpuMicros processor time of the target for an answer, NaN if it is not known */
    private record Run(Result result, double cpuMicros) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Wrk.require();
        Path folder = Files.createTempDirectory("bench");
        try {
            measure(folder);
        } finally {
            Folders.delete(folder);
        }
        return 0;
    }

    private void measure(Path folder) throws IOException, InterruptedException {
        Wrk wrk = new Wrk(folder, Reviews.files(Reviews.folder()));
        String nobody = "127.0.0.1:" + FreePorts.find(1).getFirst();
        tellStarts(folder, nobody);
        try (@Nullable LocalKafka kafka = withKafka ? LocalKafka.start(folder.resolve("kafka"), 0) : null) {
            if (kafka != null) {
                kafka.createTopics(Topics.defaults(), 1);
            }
            try (WebhookUnderLoad webhook =
                    new WebhookUnderLoad(folder, kafka == null ? nobody : kafka.bootstrapServers())) {
                List<Target> targets =
                        new ArrayList<>(List.of(new Target("webhook", webhook.url(), handle(webhook.pid()))));
                if (peerUrl != null) {
                    targets.add(new Target("peer", peerUrl, peerPid == null ? null : handle(peerPid)));
                }
                for (Target target : targets) {
                    out.println("Warming up: " + target.name());
                    wrk.run(target.url(), 16, Duration.ofSeconds(WARM_UP * seconds));
                }
                print(run(wrk, targets));
                out.println();
                for (Target target : targets) {
                    if (target.process() != null) {
                        out.printf(
                                "Resident memory of the %s after that: %.0f MiB, at most %.0f MiB%n",
                                target.name(),
                                Child.megabytes(target.process().pid()),
                                Child.peakMegabytes(target.process().pid()));
                    }
                }
            }
        }
    }

    private void tellStarts(Path folder, String nobody) throws IOException, InterruptedException {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < STARTS; i++) {
            try (WebhookUnderLoad started = new WebhookUnderLoad(folder, nobody)) {
                millis.add((double) started.start().toMillis());
            }
        }
        out.printf(
                "Ready after %.0f ms (the median of %d starts, %s)%n",
                median(millis), STARTS, Files.exists(WebhookUnderLoad.CACHE) ? "with the AOT cache" : "no AOT cache");
    }

    /** All targets in turn, so that each meets the same machine. */
    private Map<String, List<Run>> run(Wrk wrk, List<Target> targets) throws IOException, InterruptedException {
        Map<String, List<Run>> results = new LinkedHashMap<>();
        for (int count : connections) {
            for (int round = 0; round < rounds; round++) {
                for (Target target : targets) {
                    Run run = run(wrk, target, count);
                    results.computeIfAbsent(row(count, target.name()), any -> new ArrayList<>())
                            .add(run);
                    Result result = run.result();
                    out.printf(
                            "%s, %d connections: %.0f/s, p50 %.2f ms, p99 %.2f ms, %.0f us of processor time %s%n",
                            target.name(),
                            count,
                            result.perSecond(),
                            result.p50(),
                            result.p99(),
                            run.cpuMicros(),
                            result.bad());
                }
            }
        }
        return results;
    }

    private Run run(Wrk wrk, Target target, int count) throws IOException, InterruptedException {
        ProcessHandle process = target.process();
        double before = process == null ? Double.NaN : Child.cpuSeconds(process);
        Result result = wrk.run(target.url(), count, Duration.ofSeconds(seconds));
        double spent = process == null ? Double.NaN : Child.cpuSeconds(process) - before;
        return new Run(result, spent * 1e6 / result.answers());
    }

    private static ProcessHandle handle(long pid) throws IOException {
        return ProcessHandle.of(pid).orElseThrow(() -> new IOException("no process " + pid));
    }

    private static String row(int connections, String target) {
        return connections + " | " + target;
    }

    private void print(Map<String, List<Run>> results) {
        out.println();
        out.println("| connections | | answers/s | p50 ms | p99 ms | processor time per answer, us |");
        out.println("|---|---|---|---|---|---|");
        results.forEach((row, runs) -> out.printf(
                "| %s | %.0f | %.2f | %.2f | %.0f |%n",
                row, median(runs, PER_SECOND), median(runs, P50), median(runs, P99), median(runs, Run::cpuMicros)));
        for (int count : connections) {
            List<Run> peer = results.get(row(count, "peer"));
            if (peer != null) {
                List<Run> ours = results.get(row(count, "webhook"));
                out.printf(
                        "| %d | ratio | %.1f | %.2f | %.2f | %.2f |%n",
                        count,
                        ratio(ours, peer, PER_SECOND),
                        ratio(ours, peer, P50),
                        ratio(ours, peer, P99),
                        ratio(ours, peer, Run::cpuMicros));
            }
        }
    }

    private static double ratio(List<Run> ours, List<Run> peer, ToDoubleFunction<Run> value) {
        return median(ours, value) / median(peer, value);
    }

    private static double median(List<Run> runs, ToDoubleFunction<Run> value) {
        return median(runs.stream().mapToDouble(value).boxed().toList());
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }
}
