package dev.injectionauditor.bench.startup;

import dev.injectionauditor.bench.Child;
import dev.injectionauditor.bench.Figures;
import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.schema.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts and stops the packaged auditor with all roles, against servers that are up and a schema that is there. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Start and stop of the auditor, with and without an AOT cache.")
public final class StartBench implements Callable<Integer> {

    @Option(names = "--rounds", defaultValue = "5", description = "Starts of each kind. Default: ${DEFAULT-VALUE}")
    private int rounds;

    private record Life(double ready, double cpu, double megabytes, double stop) {}

    /** Benchmarks are made by the command line. */
    public StartBench() {}

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("injection-auditor-bench");
        try (LocalPostgres postgres =
                        LocalPostgres.start(Files.createTempDirectory("injection-auditor-bench-postgres"), 0);
                LocalKafka kafka = LocalKafka.start(folder.resolve("kafka"), 0);
                SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system())) {
            kafka.createTopics(Topics.defaults(), 1);
            Path kubeconfig = folder.resolve("kubeconfig");
            cluster.writeKubeconfig(kubeconfig);
            List<String> options = List.of(
                    "--cluster=bench",
                    "--kubeconfig=" + kubeconfig,
                    "--lease-namespace=default",
                    "--kafka-bootstrap-servers=" + kafka.bootstrapServers(),
                    "--postgres-url=" + postgres.createDatabase("injection_auditor"),
                    "--postgres-user=" + LocalPostgres.USER,
                    "--address=127.0.0.1");
            Path cache = folder.resolve("auditor.aot");
            // The first run makes the schema and, when it ends, the cache.
            live(folder, List.of("-XX:AOTCacheOutput=" + cache), options);
            Figures table = new Figures("auditor", "s to ready", "CPU s for it", "MB of memory then", "s to stop");
            row(table, "without AOT cache", folder, List.of(), options);
            row(table, "with AOT cache", folder, List.of("-XX:AOTCache=" + cache), options);
            table.print(System.out);
            System.out.printf("The cache has %d MB.%n", Files.size(cache) / 1_000_000);
        } finally {
            Folders.delete(folder);
        }
        return 0;
    }

    private void row(Figures table, String what, Path folder, List<String> jvm, List<String> options)
            throws IOException, InterruptedException {
        List<Life> lives = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            lives.add(live(folder, jvm, options));
        }
        table.row(
                what,
                median(lives, Life::ready),
                median(lives, Life::cpu),
                median(lives, Life::megabytes),
                median(lives, Life::stop));
    }

    private static double median(List<Life> lives, ToDoubleFunction<Life> figure) {
        return lives.stream().mapToDouble(figure).sorted().toArray()[lives.size() / 2];
    }

    private static Life live(Path folder, List<String> jvm, List<String> options)
            throws IOException, InterruptedException {
        int port = FreePorts.find(1).getFirst();
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
        command.addAll(jvm);
        command.addAll(List.of("-jar", "auditor-svc/target/auditor-svc.jar"));
        command.addAll(options);
        command.add("--management-port=" + port);
        Path log = folder.resolve("auditor.log");
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Child.awaitReady(process, port, log);
            double ready = (System.nanoTime() - start) / 1e9;
            double cpu = Child.cpuSeconds(process.toHandle());
            double megabytes = Child.megabytes(process.pid());
            long stopping = System.nanoTime();
            process.destroy();
            process.waitFor();
            return new Life(ready, cpu, megabytes, (System.nanoTime() - stopping) / 1e9);
        } finally {
            process.destroyForcibly();
        }
    }
}
