package dev.injectionauditor.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.injectionauditor.localstack.junit.Readme;
import dev.injectionauditor.service.BadSettingsException;
import dev.injectionauditor.service.ServiceCommand;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** README.md gives the options that the service has. */
class WebhookReadmeTest {

    private final List<Readme.Option> readme =
            Readme.read().options("### Options of the webhook", "### Options of both services for Kafka");

    WebhookReadmeTest() throws IOException {}

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
                BadSettingsException.class, () -> started(Map.of()).options.read(Map.of()));

        // Then it asks for what README.md calls required
        assertThat(failure.problems())
                .containsExactlyInAnyOrderElementsOf(readme.stream()
                        .filter(Readme.Option::isRequired)
                        .map(option -> option.name() + ": is missing")
                        .toList());
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
        private final WebhookOptions options = new WebhookOptions();

        @Spec
        private CommandSpec spec;

        List<OptionSpec> options() {
            return spec.options();
        }

        @Override
        public Integer call() {
            return 0;
        }
    }
}
