package dev.injectionauditor.bench.imports;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.bench.Child;
import dev.injectionauditor.bench.Figures;
import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.LocalPostgres;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Imports a long audit log, and filters it with {@code jq}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description =
                "Import of a long audit log, into a database of its own and into one that is up, against jq -c that filters"
                        + " the same file. Needs jq.")
public final class ImportBench implements Callable<Integer> {

    private static final Path RECORDED = Path.of("importer/src/test/resources/recorded/kube-apiserver-audit.jsonl");
    private static final String FILTER = "select(.stage == \"ResponseComplete\" and .verb == \"create\""
            + " and .objectRef.resource == \"pods\" and .objectRef.subresource == null and .responseStatus.code == 201)"
            + " | {auditID, stageTimestamp, annotations, objectRef}";
    private static final Pattern ID = Pattern.compile("(?<=\"auditID\":\")[^\"]+");
    private static final Pattern TIME = Pattern.compile("(?<=\"stageTimestamp\":\")[^\"]+");
    private static final Pattern OTHER = Pattern.compile("(?<=\"verb\":\")create(?=\")");
    private static final Duration APART = Duration.ofMinutes(5);

    @Option(names = "--megabytes", split = ",", defaultValue = "100,1000", description = "Default: ${DEFAULT-VALUE}")
    private List<Integer> megabytes = List.of();

    @Option(
            names = "--pod-creations",
            defaultValue = "100",
            description = "Percent of the recorded lines that stay creations of Pods; the others become updates, which"
                    + " are read and passed over. Default: ${DEFAULT-VALUE}")
    private int podCreations;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "Each is run as often, in turn; the table has the median. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--heap", defaultValue = "64m", description = "Heap of the importer. Default: ${DEFAULT-VALUE}")
    private String heap = "64m";

    /** Benchmarks are made by the command line. */
    public ImportBench() {}

    @Override
    public Integer call() throws Exception {
        Figures table = new Figures("log", "MB/s", "of jq", "CPU s", "peak MB of memory");
        Path folder = Files.createTempDirectory("injection-auditor-bench");
        // PostgreSQL does not run as root.
        Path data = Files.createTempDirectory("injection-auditor-bench-history");
        try (LocalPostgres postgres = LocalPostgres.start(data.resolve("server"), 0)) {
            migrate(postgres.createDatabase("empty"));
            for (int size : megabytes) {
                Path log = folder.resolve("audit.log");
                double written = write(log, size * 1_000_000L) / 1e6;
                List<Child.Result> jqs = new ArrayList<>();
                List<Child.Result> owns = new ArrayList<>();
                List<Child.Result> theres = new ArrayList<>();
                for (int round = 0; round < rounds; round++) {
                    String history = "history_" + size + "_" + round;
                    jqs.add(Child.run(folder.resolve("jq"), List.of("jq", "-c", FILTER, log.toString())));
                    owns.add(run(
                            folder,
                            log,
                            "--folder=" + data.resolve(history),
                            "--copy-of=importer/target/empty-history"));
                    String url = postgres.createDatabase(history, "empty");
                    theres.add(run(folder, log, "--postgres-url=" + url, "--postgres-user=" + LocalPostgres.USER));
                }
                Child.Result jq = median(jqs);
                double peer = written / jq.seconds();
                String name = Math.round(written) + " MB, ";
                row(table, name + "jq -c", written, peer, jq);
                row(table, name + "import, its own database", written, peer, median(owns));
                row(table, name + "import, a database that is up", written, peer, median(theres));
                Files.delete(log);
            }
        } finally {
            Folders.delete(folder);
            Folders.delete(data);
        }
        table.print(System.out);
        return 0;
    }

    private static Child.Result median(List<Child.Result> results) {
        return results.stream()
                .sorted(Comparator.comparingDouble(Child.Result::seconds))
                .toList()
                .get(results.size() / 2);
    }

    private static void migrate(String url) {
        try (Database empty = Database.open(url, LocalPostgres.USER, null)) {
            empty.migrate();
        }
    }

    private Child.Result run(Path folder, Path log, String... database) throws IOException, InterruptedException {
        return Child.run(
                folder.resolve("import"),
                Child.java(
                        "importer",
                        List.of("@importer/jvm.options", "-XX:AOTCache=importer/target/importer.aot", "-Xmx" + heap),
                        "dev.injectionauditor.importer.ImportMain",
                        Stream.concat(Stream.of(log.toString()), Stream.of(database))
                                .toArray(String[]::new)));
    }

    private static void row(Figures table, String name, double written, double peer, Child.Result result) {
        double perSecond = written / result.seconds();
        table.row(name, perSecond, "%.1f".formatted(perSecond / peer), result.cpuSeconds(), result.peakMegabytes());
    }

    private long write(Path log, long bytes) throws IOException {
        List<String> lines = Files.readAllLines(RECORDED);
        long written = 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(log), 1 << 20)) {
            for (int line = 0; written < bytes; line++) {
                byte[] event = other(lines.get(line % lines.size()), line / lines.size(), line)
                        .getBytes(StandardCharsets.UTF_8);
                out.write(event);
                written += event.length;
            }
        }
        return written;
    }

    /** The same event, elsewhere and at another time. */
    private String other(String event, int round, int line) {
        String other = ID.matcher(event).replaceFirst(new UUID(round, line).toString());
        if (line % 100 >= podCreations) {
            other = OTHER.matcher(other).replaceFirst("update");
        }
        return TIME.matcher(other)
                        .replaceFirst((MatchResult time) -> Instant.parse(time.group())
                                .plus(APART.multipliedBy(round))
                                .toString())
                + "\n";
    }
}
