package dev.injectionauditor.importer;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.outage.LoggedHistory;
import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.Failures;
import dev.injectionauditor.service.Settings;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What can be set on the command line or in the environment. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Reads audit logs of kube-apiservers (audit.k8s.io/v1, JSON lines, level Metadata or higher) into the"
                        + " history: which calls of mutating webhooks were applied, which failed open, and the outages.")
final class ImportOptions implements Callable<Integer> {

    private static final String STANDARD_INPUT = "-";
    private static final int EXIT_BAD_LOG = 1;

    private final Map<String, String> environment;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            description =
                    "Logs, compressed by gzip or not; none, or -, is standard input. In any order, in parts or again: the"
                            + " history is the same.")
    List<String> files = List.of();

    @Option(
            names = "--cluster",
            paramLabel = "ID",
            defaultValue = "imported",
            description = "Id of the cluster that the logs are from. Default: ${DEFAULT-VALUE}")
    @Nullable String cluster;

    @Option(
            names = "--quiet-period",
            paramLabel = "TIME",
            defaultValue = "5s",
            description =
                    "How long calls must be applied again before an outage counts as over. Default: ${DEFAULT-VALUE}")
    @Nullable String quietPeriod;

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            description =
                    "JDBC URL of the database. Without it, a PostgreSQL is started for the import; its data stays in"
                            + " --folder.")
    @Nullable String postgresUrl;

    @Option(
            names = "--postgres-user",
            paramLabel = "NAME",
            defaultValue = "injection_auditor",
            description = "Role that owns the schema. Default: ${DEFAULT-VALUE}")
    @Nullable String postgresUser;

    @Option(
            names = "--postgres-password-file",
            paramLabel = "FILE",
            description =
                    "File that holds the password. The variable INJECTION_AUDITOR_POSTGRES_PASSWORD does as well.")
    @Nullable String postgresPasswordFile;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description =
                    "Folder for the data of the PostgreSQL that is started: a new one, or that of an earlier import."
                            + " Default: a new one, which is named at the end")
    @Nullable String folder;

    @Option(
            names = "--copy-of",
            paramLabel = "FOLDER",
            description = "Folder of a history that is not in use; a new one in a folder begins as a copy of it. ./run"
                    + " import-cache makes an empty one, which is used from then on, as it takes less time than"
                    + " making one.")
    @Nullable String copyOf;

    @Option(names = "--json", description = "Print the summary as one line of JSON last.")
    boolean json;

    ImportOptions(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    @Override
    public Integer call() throws IOException {
        Settings settings = new Settings();
        String id = settings.text("--cluster", cluster, WatchedWebhook::isValidName, "a lower-case DNS name");
        Duration quiet = settings.duration("--quiet-period", quietPeriod, Duration.ofSeconds(1), Duration.ofHours(1));
        files.stream().filter(file -> !file.equals(STANDARD_INPUT)).forEach(file -> settings.file("FILE", file));
        if (postgresPasswordFile != null) {
            settings.file("--postgres-password-file", postgresPasswordFile);
        }
        if (postgresUrl != null && !Database.isUsable(postgresUrl)) {
            settings.problem("--postgres-url", "must be " + Database.USABLE);
        }
        if (folder != null && postgresUrl != null) {
            settings.problem("--folder", "is of no use with --postgres-url");
        }
        checkFolders(settings);
        settings.check();

        Path data = folder == null && postgresUrl == null
                ? Files.createTempDirectory("injection-auditor-history")
                : folder == null ? null : Files.createDirectories(Path.of(folder));
        Path begin = copyOf == null ? null : Path.of(copyOf);
        try (Background background = new Background()) {
            CompletableFuture<HistoryDatabase> database =
                    background.start(() -> data == null ? named() : HistoryDatabase.startIn(data, begin));
            try {
                Importer importer =
                        new Importer(database.thenApply(open -> new LoggedHistory(open.jooq(), id, quiet)), background);
                boolean allRead = true;
                for (String file : files.isEmpty() ? List.of(STANDARD_INPUT) : files) {
                    allRead &= read(importer, file);
                }
                tell(importer.summary(), data);
                return allRead ? 0 : EXIT_BAD_LOG;
            } finally {
                Background.await(background.start(() -> close(database)));
            }
        }
    }

    private void checkFolders(Settings settings) throws IOException {
        if (postgresUrl != null) {
            return;
        }
        if (folder != null && Files.isRegularFile(Path.of(folder))) {
            settings.problem("--folder", "is a file");
            return;
        }
        boolean isNew = folder == null || !LocalPostgres.hasData(Path.of(folder));
        if (folder != null && isNew && !Folders.isEmpty(Path.of(folder))) {
            settings.problem("--folder", "is neither empty nor a history");
        } else if (folder != null && LocalPostgres.isInUse(Path.of(folder))) {
            settings.problem("--folder", "is in use");
        }
        if (copyOf != null && isNew) {
            if (!LocalPostgres.hasData(Path.of(copyOf))) {
                settings.problem("--copy-of", "is not a history");
            } else if (LocalPostgres.isInUse(Path.of(copyOf))) {
                settings.problem("--copy-of", "is in use");
            }
        }
    }

    private static boolean close(CompletableFuture<HistoryDatabase> database) throws IOException {
        if (database.isCompletedExceptionally()) {
            return false;
        }
        database.join().close();
        return true;
    }

    private HistoryDatabase named() throws IOException {
        String password = postgresPasswordFile == null
                ? environment.get("INJECTION_AUDITOR_POSTGRES_PASSWORD")
                : Files.readString(Path.of(postgresPasswordFile)).strip();
        return HistoryDatabase.open(postgresUrl, postgresUser, password);
    }

    /** Reads a log; tells people, and returns false, if it is a bad one. */
    private static boolean read(Importer importer, String file) throws IOException {
        try {
            if (file.equals(STANDARD_INPUT)) {
                importer.read(System.in);
            } else {
                try (InputStream in = open(Path.of(file))) {
                    importer.read(in);
                }
            }
            return true;
        } catch (BadLogException e) {
            System.err.println(file + ": cannot be read to its end: " + Failures.inOneLine(e.getCause()));
            return false;
        }
    }

    private static InputStream open(Path file) throws BadLogException {
        try {
            long total = Files.size(file);
            InputStream log = Files.newInputStream(file);
            return isOnTerminal()
                    ? Progress.of(log, System.out, file.getFileName().toString(), total, System::nanoTime)
                    : log;
        } catch (IOException e) {
            throw new BadLogException(e);
        }
    }

    /** Whether standard input and standard output are a terminal. */
    private static boolean isOnTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private void tell(Summary summary, @Nullable Path data) {
        summary.text().forEach(System.out::println);
        if (data != null) {
            System.out.println("the history is in " + data + "; give --folder=" + data + " to add to it");
        }
        if (json) {
            System.out.println(summary.json());
        }
    }
}
