package dev.injectionauditor.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.junit.Readme;
import dev.injectionauditor.service.BadSettingsException;
import dev.injectionauditor.service.ServiceCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** README.md gives the options that the service has. */
class AuditorReadmeTest {

    private final List<Readme.Option> readme =
            Readme.read().options("### Options of the auditor", "### Options of both services for Kafka");

    AuditorReadmeTest() throws IOException {}

    @Test
    void shouldNameEveryOptionWithItsDefault() {
        // When the service gets no settings
        Probe probe = started(Map.of());

        // Then it has the options that README.md names, in that order, with those defaults
        assertThat(probe.options()).extracting(OptionSpec::longestName).isEqualTo(names(readme));
        assertThat(probe.options())
                .extracting(OptionSpec::defaultValue)
                .isEqualTo(readme.stream().map(Readme.Option::defaultValue).toList());
    }

    @Test
    void shouldNameTheVariableOfEveryOption() {
        // When each variable of README.md is set
        Probe probe = started(
                readme.stream().collect(Collectors.toMap(Readme.Option::variable, option -> valueOf(option.name()))));

        // Then each option has the value of its variable
        assertThat(probe.options()).allSatisfy(option -> {
            String value = valueOf(option.longestName());
            assertThat(option.<Object>getValue()).isEqualTo(option.isMultiValue() ? List.of(value) : value);
        });
    }

    @Test
    void shouldSayWhatIsRequired() {
        // When the service gets no settings
        BadSettingsException failure = catchThrowableOfType(
                BadSettingsException.class, () -> AuditorConfig.read(started(Map.of()).options, Map.of()));

        // Then it asks for what README.md calls required
        assertThat(failure.problems())
                .containsExactlyInAnyOrderElementsOf(readme.stream()
                        .filter(Readme.Option::isRequired)
                        .map(option -> option.name() + ": is missing")
                        .toList());
    }

    @Test
    void shouldShowKafkaSettingsThatTheClientsTake(@TempDir Path folder) throws IOException {
        // Given the example, with a certificate authority where it says there is one
        Path authority = Files.writeString(folder.resolve("ca.crt"), new LocalCertificates().authorityPem());
        List<String> example = Readme.read().code("properties").stream()
                .map(line -> line.replace("/etc/kafka/ca.crt", authority.toString()))
                .toList();
        Path file = Files.write(folder.resolve("kafka.properties"), example);

        // When a client is made from it
        Probe probe =
                started(Map.of("INJECTION_AUDITOR_CLUSTER", "any", "INJECTION_AUDITOR_KAFKA_CONFIG", file.toString()));
        Map<String, Object> settings =
                AuditorConfig.read(probe.options, Map.of()).kafka().admin();

        // Then it has the settings, and has read the authority and the login
        assertThat(settings).containsEntry("security.protocol", "SASL_SSL").containsValue(authority.toString());
        assertThatCode(() -> Admin.create(settings).close(Duration.ZERO)).doesNotThrowAnyException();
    }

    private static List<String> names(List<Readme.Option> options) {
        return options.stream().map(Readme.Option::name).toList();
    }

    private static String valueOf(String option) {
        return "value of " + option;
    }

    private static Probe started(Map<String, String> environment) {
        Probe probe = new Probe();
        assertThat(ServiceCommand.run(probe, environment)).isZero();
        return probe;
    }

    /** Takes the options of the service and does nothing. */
    @Command
    private static final class Probe implements Callable<Integer> {

        @Mixin
        private final AuditorOptions options = new AuditorOptions(Map.of());

        @Spec
        private CommandSpec spec;

        List<OptionSpec> options() {
            return spec.options().stream()
                    .filter(option -> !option.usageHelp() && !option.versionHelp())
                    .toList();
        }

        @Override
        public Integer call() {
            return 0;
        }
    }
}
