package dev.injectionauditor.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.audit.RebuildScenario;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.service.ServiceCommand;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The command {@code auditor rebuild}. */
class RebuildCommandIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @RegisterExtension
    final FreshDatabase<Database> audited = new FreshDatabase<>(Database::open, Database::migrate);

    @RegisterExtension
    final FreshDatabase<Database> rebuilt = new FreshDatabase<>(Database::open, Database::migrate);

    @Test
    void shouldFillAnEmptyDatabaseWithTheSameTables() throws Exception {
        // Given a history that the audit role has kept
        RebuildScenario scenario = RebuildScenario.audited(SERVICES, audited.get());

        // When an empty database is filled again
        assertThat(rebuild(scenario)).isZero();

        // Then it holds the same, and has told nobody
        assertThat(scenario.contents(rebuilt.get())).isEqualTo(scenario.contents(audited.get()));
        assertThat(scenario.isAnythingToTell(rebuilt.get())).isFalse();

        // And it is not done again
        assertThat(rebuild(scenario)).isEqualTo(ServiceCommand.EXIT_BAD_SETTINGS);
        assertThat(scenario.contents(rebuilt.get())).isEqualTo(scenario.contents(audited.get()));
    }

    private int rebuild(RebuildScenario scenario) {
        Map<String, String> environment = Map.of();
        return ServiceCommand.run(
                new AuditorOptions(environment),
                environment,
                "rebuild",
                "--postgres-url=" + rebuilt.url(),
                "--postgres-user=" + LocalPostgres.USER,
                "--kafka-bootstrap-servers=" + SERVICES.kafka().bootstrapServers(),
                "--kafka-topic-prefix=" + scenario.topicPrefix());
    }
}
