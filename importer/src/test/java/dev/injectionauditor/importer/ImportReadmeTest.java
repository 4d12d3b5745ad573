package dev.injectionauditor.importer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.junit.Readme;
import dev.injectionauditor.service.ServiceCommand;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** README.md gives the options that the import has. */
class ImportReadmeTest {

    private final List<Readme.Option> readme = Readme.read().options("### Options of the import");

    ImportReadmeTest() throws IOException {}

    @Test
    void shouldNameEveryOptionWithItsDefault() {
        // When the import gets no settings
        List<OptionSpec> options = options(Map.of());

        // Then it has the options that README.md names, in that order, with those defaults
        assertThat(options)
                .extracting(OptionSpec::longestName)
                .isEqualTo(readme.stream().map(Readme.Option::name).toList());
        assertThat(options)
                .extracting(OptionSpec::defaultValue)
                .isEqualTo(readme.stream().map(Readme.Option::defaultValue).toList());
    }

    @Test
    void shouldTakeThemFromTheEnvironmentToo() {
        assertThat(readme)
                .allSatisfy(option -> assertThat(options(Map.of(option.variable(), "true")))
                        .filteredOn(spec -> spec.longestName().equals(option.name()))
                        .singleElement()
                        .extracting(spec -> spec.<Object>getValue().toString())
                        .isEqualTo("true"));
    }

    private static List<OptionSpec> options(Map<String, String> environment) {
        Probe probe = new Probe();
        assertThat(ServiceCommand.run(probe, environment)).isZero();
        return probe.spec.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .toList();
    }

    /** Takes the options of the import and does nothing. */
    @Command
    private static final class Probe implements Callable<Integer> {

        @Mixin
        private final ImportOptions options = new ImportOptions(Map.of());

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            return 0;
        }
    }
}
