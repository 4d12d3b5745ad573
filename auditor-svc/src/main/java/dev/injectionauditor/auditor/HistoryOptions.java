package dev.injectionauditor.auditor;

import dev.injectionauditor.service.Settings;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Where a history is, and how an auditor reads outages from it: for the commands that work on one beside the auditor.
 */
final class HistoryOptions {

    @Mixin
    final PostgresOptions postgres = new PostgresOptions();

    @Option(
            names = "--quiet-period",
            paramLabel = "TIME",
            defaultValue = "5s",
            description = "The same as the auditor's. Default: ${DEFAULT-VALUE}")
    @Nullable String quietPeriod;

    /** The options, checked. */
    record Checked(AuditorConfig.Postgres postgres, Duration quietPeriod) {

        /** Opens the database; to be closed by the caller. */
        Database open() {
            return Database.open(postgres.url(), postgres.user(), postgres.password());
        }
    }

    /**
     * Tells {@code settings} what is wrong with the values.
     *
     * @param environment where the password may be
     */
    Checked read(Settings settings, Map<String, String> environment) {
        return new Checked(
                AuditorConfig.postgres(settings, postgres, environment),
                AuditorConfig.quietPeriod(settings, quietPeriod));
    }
}
