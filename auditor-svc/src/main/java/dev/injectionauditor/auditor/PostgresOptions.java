package dev.injectionauditor.auditor;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the history is. Values are raw; {@link AuditorConfig} checks them. */
final class PostgresOptions {

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            defaultValue = "jdbc:postgresql://127.0.0.1:5432/injection_auditor",
            description = "JDBC URL of the database; may carry settings of the driver (TLS). Default: ${DEFAULT-VALUE}")
    @Nullable String url;

    @Option(
            names = "--postgres-user",
            paramLabel = "NAME",
            defaultValue = "injection_auditor",
            description = "Role that owns the schema. Default: ${DEFAULT-VALUE}")
    @Nullable String user;

    @Option(
            names = "--postgres-password-file",
            paramLabel = "FILE",
            description = "File that holds the password. The environment variable INJECTION_AUDITOR_POSTGRES_PASSWORD"
                    + " does as well.")
    @Nullable String passwordFile;
}
