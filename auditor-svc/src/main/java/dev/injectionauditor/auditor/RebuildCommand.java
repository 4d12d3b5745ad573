package dev.injectionauditor.auditor;

import dev.injectionauditor.auditor.audit.HistoryPolicy;
import dev.injectionauditor.auditor.audit.Rebuild;
import dev.injectionauditor.service.KafkaOptions;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.service.Settings;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line that fills an empty database again. */
@Command(
        name = "rebuild",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Fills an empty database with the history that the topics hold, from their beginning to what is"
                + " their end when it starts, and ends. Sends nothing. Then start the auditor with this database.")
final class RebuildCommand implements Callable<Integer> {

    @Mixin
    final HistoryOptions history = new HistoryOptions();

    @Mixin
    final KafkaOptions kafka = new KafkaOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Map<String, String> environment;

    RebuildCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /** For picocli. */
    RebuildCommand() {
        this(System.getenv());
    }

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = new Settings();
        HistoryOptions.Checked where = history.read(settings, environment);
        HistoryPolicy defaults = HistoryPolicy.defaults();
        HistoryPolicy policy = new HistoryPolicy(where.quietPeriod(), defaults.retention(), defaults.grace());
        KafkaSettings from = KafkaSettings.read(settings, kafka, environment);
        settings.check();
        try (Database database = where.open()) {
            database.migrate();
            Rebuild rebuild = new Rebuild(from, database.jooq(), policy, InstantSource.system());
            if (!rebuild.isDatabaseEmpty()) {
                settings.problem("--postgres-url", "has a history already; rebuild needs a new database");
                settings.check();
            }
            long records = rebuild.run();
            if (spec != null) {
                spec.commandLine().getOut().println("Rebuilt the history from " + records + " records.");
            }
        }
        return 0;
    }
}
