package dev.injectionauditor.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.audit.RebuildScenario;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.service.ServiceCommand;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The command {@code auditor rebuild}. */
class RebuildCommandIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @Test
    void shouldFillAnEmptyDatabaseWithTheSameTables() throws Exception {
        // Given a history that the audit role has kept
        try (RebuildScenario scenario = RebuildScenario.audited(SERVICES);
                Database rebuilt = scenario.freshDatabase()) {
            // When an empty database is filled again
            assertThat(rebuild(scenario)).isZero();

            // Then it holds the same, and has told nobody
            assertThat(scenario.contents(rebuilt)).isEqualTo(scenario.contents(scenario.audited()));
            assertThat(scenario.isAnythingToTell(rebuilt)).isFalse();

            // And it is not done again
            assertThat(rebuild(scenario)).isEqualTo(ServiceCommand.EXIT_BAD_SETTINGS);
            assertThat(scenario.contents(rebuilt)).isEqualTo(scenario.contents(scenario.audited()));
        }
    }

    private static int rebuild(RebuildScenario scenario) {
        Map<String, String> environment = Map.of();
        return ServiceCommand.run(
                new AuditorOptions(environment),
                environment,
                "rebuild",
                "--postgres-url=" + scenario.freshUrl(),
                "--postgres-user=" + LocalPostgres.USER,
                "--kafka-bootstrap-servers=" + SERVICES.kafka().bootstrapServers(),
                "--kafka-topic-prefix=" + scenario.topicPrefix());
    }
}
