package dev.injectionauditor.auditor;

import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.service.Settings;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What may be recreated. Values are raw; {@link #read} checks them. */
final class RecreationOptions {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final int MOST = 1_000_000;

    @Option(
            names = "--recreation",
            paramLabel = "MODE",
            defaultValue = "off",
            description = "off: missed Pods are reported. plan: what would be recreated is reported as well. recreate:"
                    + " they are recreated. A Pod or namespace with the label or annotation"
                    + " injection-auditor.dev/recreation has its own. Default: ${DEFAULT-VALUE}")
    @Nullable String mode;

    @Option(
            names = "--recreation-allow",
            paramLabel = "WHAT,...",
            description = "Which Pods may be recreated that otherwise are not: daemonsets, jobs, other-owners,"
                    + " bare-pods, system-critical. Default: none")
    @Nullable String allow;

    @Option(
            names = "--recreation-per-minute",
            paramLabel = "COUNT",
            defaultValue = "30",
            description = "Most recreations within a minute for a cluster. Default: ${DEFAULT-VALUE}")
    @Nullable String perMinute;

    @Option(
            names = "--recreation-per-minute-namespace",
            paramLabel = "COUNT",
            defaultValue = "10",
            description = "Most recreations within a minute for a namespace. Default: ${DEFAULT-VALUE}")
    @Nullable String perMinuteNamespace;

    @Option(
            names = "--recreation-attempts",
            paramLabel = "COUNT",
            defaultValue = "3",
            description = "Most attempts in a row that fail before an owner is given up. Default: ${DEFAULT-VALUE}")
    @Nullable String attempts;

    @Option(
            names = "--recreation-backoff",
            paramLabel = "TIME",
            defaultValue = "30s",
            description = "Pause for an owner after an attempt that did not help, doubled with each further one."
                    + " Default: ${DEFAULT-VALUE}")
    @Nullable String backoff;

    @Option(
            names = "--recreation-minimum-age",
            paramLabel = "TIME",
            defaultValue = "0s",
            description = "How old a Pod has to be before it is recreated. Default: ${DEFAULT-VALUE}")
    @Nullable String minimumAge;

    @Option(
            names = "--recreation-request-life",
            paramLabel = "TIME",
            defaultValue = "5m",
            description = "How long a request may wait to be executed. Default: ${DEFAULT-VALUE}")
    @Nullable String requestLife;

    private enum Allowance {
        DAEMONSETS,
        JOBS,
        OTHER_OWNERS,
        BARE_PODS,
        SYSTEM_CRITICAL
    }

    /** The checked policy; every mistake goes into the settings. */
    RecreationPolicy read(Settings settings) {
        return new RecreationPolicy(
                settings.choice("--recreation", mode, List.of(RecreationMode.values()), RecreationOptions::word),
                allowances(settings),
                settings.number("--recreation-per-minute", perMinute, 1, MOST),
                settings.number("--recreation-per-minute-namespace", perMinuteNamespace, 1, MOST),
                settings.number("--recreation-attempts", attempts, 1, MOST),
                settings.duration("--recreation-backoff", backoff, SECOND, DAY),
                settings.duration("--recreation-minimum-age", minimumAge, Duration.ZERO, DAY.multipliedBy(365)),
                settings.duration("--recreation-request-life", requestLife, SECOND, DAY));
    }

    private Allowances allowances(Settings settings) {
        Set<Allowance> allowed = EnumSet.noneOf(Allowance.class);
        if (allow != null && !allow.isBlank()) {
            for (String one : allow.split(",", -1)) {
                allowed.add(settings.choice(
                        "--recreation-allow", one.strip(), List.of(Allowance.values()), RecreationOptions::word));
            }
        }
        return new Allowances(
                allowed.contains(Allowance.DAEMONSETS),
                allowed.contains(Allowance.JOBS),
                allowed.contains(Allowance.OTHER_OWNERS),
                allowed.contains(Allowance.BARE_PODS),
                allowed.contains(Allowance.SYSTEM_CRITICAL));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
