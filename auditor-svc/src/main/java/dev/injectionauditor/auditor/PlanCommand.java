package dev.injectionauditor.auditor;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.injectionauditor.auditor.audit.recreation.RecreationPlan;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.service.Settings;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** The command line that shows what would be recreated now, and why not the rest. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Shows from the database what an auditor with the same options would recreate now, and why not the"
                        + " other missed Pods. Changes nothing. With --recreation=recreate it shows what would be done if that"
                        + " were switched on.")
final class PlanCommand implements Callable<Integer> {

    private static final String FORMAT = "%-9s %-21s %-21s %-20s %-40s %s%n";

    @Mixin
    final HistoryOptions history = new HistoryOptions();

    @Mixin
    final RecreationOptions recreation = new RecreationOptions();

    @Option(names = "--json", description = "Print one JSON object for each Pod, each on a line of its own.")
    boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    private final Map<String, String> environment;

    PlanCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /** For picocli. */
    PlanCommand() {
        this(System.getenv());
    }

    @Override
    public Integer call() {
        Settings settings = new Settings();
        HistoryOptions.Checked where = history.read(settings, environment);
        RecreationPolicy policy = recreation.read(settings);
        settings.check();
        try (Database database = where.open()) {
            List<RecreationPlan.Line> lines =
                    RecreationPlan.of(database.jooq(), policy, where.quietPeriod(), Instant.now());
            if (spec != null) {
                print(lines, spec.commandLine().getOut());
            }
        }
        return 0;
    }

    private void print(List<RecreationPlan.Line> lines, PrintWriter out) {
        if (json) {
            JsonMapper mapper = JsonMapper.builder()
                    .changeDefaultPropertyInclusion(with -> with.withValueInclusion(JsonInclude.Include.NON_NULL))
                    .build();
            lines.forEach(line -> out.println(mapper.writeValueAsString(line)));
            return;
        }
        if (!lines.isEmpty()) {
            out.printf(FORMAT, "DECISION", "REASON", "NOT BEFORE", "CLUSTER", "POD", "OWNER");
        }
        for (RecreationPlan.Line line : lines) {
            out.printf(
                    FORMAT,
                    line.decision(),
                    orDash(line.reason()),
                    orDash(line.until()),
                    line.cluster(),
                    line.namespace() + "/" + line.pod(),
                    orDash(line.owner()));
        }
        long now = lines.stream().filter(line -> line.reason() == null).count();
        out.println(lines.size() + " missed Pods are there, " + now + " of them would be recreated or planned now.");
    }

    private static String orDash(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }
}
