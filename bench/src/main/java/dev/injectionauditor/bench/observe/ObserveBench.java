package dev.injectionauditor.bench.observe;

import dev.injectionauditor.bench.Child;
import dev.injectionauditor.bench.Figures;
import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.schema.Topics;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists and watches many Pods with the observe role and with a plain informer, each as a process of its own. */
@Command(
        name = "observe",
        mixinStandardHelpOptions = true,
        description = "Heap, time until all is listed, and CPU of observing, against an informer of whole Pods.")
public final class ObserveBench implements Callable<Integer> {

    private static final double KILOBYTES_OF_A_MEGABYTE = 1024;
    private static final int CHANGES_PER_SECOND = 100;

    @Option(
            names = "--pods",
            split = ",",
            defaultValue = "10000,50000,150000",
            description = "Default: ${DEFAULT-VALUE}")
    private List<Integer> pods = List.of();

    @Option(names = "--heap", defaultValue = "512m", description = "Heap of the observer. Default: ${DEFAULT-VALUE}")
    private String heap = "512m";

    @Option(names = "--peer-heap", defaultValue = "5g", description = "Heap of the peer. Default: ${DEFAULT-VALUE}")
    private String peerHeap = "5g";

    @Option(names = "--seconds", defaultValue = "20", description = "How long changes come. Default: ${DEFAULT-VALUE}")
    private int seconds;

    private record Result(double synced, double syncCpu, double heapMegabytes, double cpuPercent) {}

    /** Benchmarks are made by the command line. */
    public ObserveBench() {}

    @Override
    public Integer call() throws Exception {
        PodTexts texts = new PodTexts();
        Figures table = new Figures(
                "Pods",
                "heap in use, MB",
                "of peer",
                "s to synced",
                "of peer",
                "CPU s for it",
                "CPU at 100 changes/s",
                "of peer");
        Path folder = Files.createTempDirectory("injection-auditor-bench");
        try (LocalKafka kafka = LocalKafka.start(folder.resolve("kafka"), 0)) {
            kafka.createTopics(Topics.defaults(), 1);
            for (int count : pods) {
                Result ours = watch("role", heap, texts, count, false, kafka);
                Result whole = watch("role", heap, texts, count, true, kafka);
                Result peer = watch("informer", peerHeap, texts, count, false, kafka);
                row(table, count, "observe", ours, peer);
                row(table, count, "observe, with a match condition", whole, peer);
                row(table, count, "informer", peer, peer);
            }
        } finally {
            Folders.delete(folder);
        }
        table.print(System.out);
        return 0;
    }

    private static void row(Figures table, int count, String what, Result result, Result peer) {
        table.row(
                "%,d, %s".formatted(count, what),
                result.heapMegabytes,
                percent(result.heapMegabytes, peer.heapMegabytes),
                result.synced,
                percent(result.synced, peer.synced),
                result.syncCpu,
                "%.1f %%".formatted(result.cpuPercent),
                percent(result.cpuPercent, peer.cpuPercent));
    }

    private static String percent(double part, double whole) {
        return Math.round(part / whole * 100) + " %";
    }

    private Result watch(
            String what, String heapSize, PodTexts texts, int count, boolean hasConditions, LocalKafka kafka)
            throws Exception {
        try (PretendedCluster cluster = new PretendedCluster(texts, count, hasConditions)) {
            List<String> command = Child.java(
                    "bench",
                    List.of("-Xmx" + heapSize),
                    ObserverProcess.class.getName(),
                    what,
                    cluster.url(),
                    kafka.bootstrapServers());
            long start = System.nanoTime();
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader out = process.inputReader()) {
                while (!cluster.isWatched()) {
                    if (!process.isAlive()) {
                        throw new IOException(what + " ended; the heap may be too small");
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
                }
                // A watch begins when the list is complete.
                double synced = (System.nanoTime() - start) / 1e9;
                double syncCpu = Child.cpuSeconds(process.toHandle());
                heap(process, out);
                changes(cluster, count, seconds / 2);
                double before = Child.cpuSeconds(process.toHandle());
                changes(cluster, count, seconds);
                double cpu = (Child.cpuSeconds(process.toHandle()) - before) / seconds;
                return new Result(synced, syncCpu, heap(process, out), cpu * 100);
            } finally {
                process.destroy();
                process.waitFor();
            }
        }
    }

    private static void changes(PretendedCluster cluster, int count, int seconds) {
        long start = System.nanoTime();
        for (int i = 0; i < seconds * CHANGES_PER_SECOND; i++) {
            long due = start + i * TimeUnit.SECONDS.toNanos(1) / CHANGES_PER_SECOND;
            LockSupport.parkNanos(due - System.nanoTime());
            cluster.touch((int) (i * 7_919L % count));
        }
    }

    private static double heap(Process process, BufferedReader out) throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        String line = out.readLine();
        while (line != null && !line.startsWith("heap ")) {
            line = out.readLine();
        }
        if (line == null) {
            throw new IOException("the process ended");
        }
        return Long.parseLong(line.substring("heap ".length())) / KILOBYTES_OF_A_MEGABYTE;
    }
}
