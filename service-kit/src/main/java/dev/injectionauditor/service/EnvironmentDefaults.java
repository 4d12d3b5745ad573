package dev.injectionauditor.service;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Lets every option be given by an environment variable: {@code --kafka-bootstrap-servers} by
 * {@code INJECTION_AUDITOR_KAFKA_BOOTSTRAP_SERVERS}. The command line wins over the environment, the environment over
 * the default.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {

    static final String PREFIX = "INJECTION_AUDITOR_";

    private final Map<String, String> environment;

    EnvironmentDefaults(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        String value = argument instanceof OptionSpec option ? environment.get(variable(option.longestName())) : null;
        // picocli would put something else for ${x}; a doubled dollar sign stands for itself.
        return value == null ? null : value.replace("$", "$$");
    }

    static String variable(String option) {
        return PREFIX + option.replaceFirst("^-+", "").replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
