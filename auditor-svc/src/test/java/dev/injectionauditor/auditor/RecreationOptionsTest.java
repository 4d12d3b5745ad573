package dev.injectionauditor.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.service.BadSettingsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RecreationOptionsTest {

    @Test
    void shouldNameEveryMistakeAtOnce() {
        // When every option about recreation is wrong, and one more
        BadSettingsException failure = catchThrowableOfType(
                BadSettingsException.class,
                () -> read(
                        "--recreation=always",
                        "--recreation-allow=jobs,daemons,,bare-pods",
                        "--recreation-per-minute=0",
                        "--recreation-per-minute-namespace=many",
                        "--recreation-attempts=-1",
                        "--recreation-backoff=soon",
                        "--recreation-minimum-age=-5s",
                        "--recreation-request-life=2d",
                        "--remediator=nobody",
                        "--quiet-period=forever"));

        // Then each is named with what it has to be, and the message has them all
        assertThat(failure.problems())
                .containsExactlyInAnyOrder(
                        "--recreation: must be one of off, plan, recreate",
                        "--recreation-allow: must be one of daemonsets, jobs, other-owners, bare-pods, system-critical",
                        "--recreation-allow: is missing",
                        "--recreation-per-minute: must be a whole number from 1 to 1000000",
                        "--recreation-per-minute-namespace: must be a whole number from 1 to 1000000",
                        "--recreation-attempts: must be a whole number from 1 to 1000000",
                        "--recreation-backoff: must be a length of time such as 500ms, 10s or 5m",
                        "--recreation-minimum-age: must be a length of time such as 500ms, 10s or 5m",
                        "--recreation-request-life: must be from 1s to 86400s",
                        "--remediator: must be one of builtin, external",
                        "--quiet-period: must be a length of time such as 500ms, 10s or 5m");
        assertThat(failure.getMessage()).contains(failure.problems());
    }

    @Test
    void shouldTakeWhatIsRight() {
        assertThat(read(
                                "--recreation=recreate",
                                "--recreation-allow=jobs, bare-pods",
                                "--recreation-per-minute=7",
                                "--recreation-per-minute-namespace=5",
                                "--recreation-attempts=2",
                                "--recreation-backoff=1m",
                                "--recreation-minimum-age=10s",
                                "--recreation-request-life=1d")
                        .recreation())
                .isEqualTo(new RecreationPolicy(
                        RecreationMode.RECREATE,
                        new Allowances(false, true, false, true, false),
                        7,
                        5,
                        2,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(10),
                        Duration.ofDays(1)));
    }

    private static AuditorConfig read(String... recreation) {
        List<String> all = new ArrayList<>(List.of(recreation));
        all.addAll(List.of(
                "--cluster=any",
                "--kafka-bootstrap-servers=127.0.0.1:9092",
                "--postgres-url=jdbc:postgresql://127.0.0.1/any",
                "--postgres-user=any"));
        AuditorOptions options = new AuditorOptions(Map.of());
        new CommandLine(options).parseArgs(all.toArray(String[]::new));
        return AuditorConfig.read(options, Map.of());
    }
}
