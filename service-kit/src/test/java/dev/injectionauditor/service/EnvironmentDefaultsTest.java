package dev.injectionauditor.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

class EnvironmentDefaultsTest {

    @Test
    void shouldNameTheVariableOfAnOption() {
        assertThat(EnvironmentDefaults.variable("--kafka-bootstrap-servers"))
                .isEqualTo("INJECTION_AUDITOR_KAFKA_BOOTSTRAP_SERVERS");
    }

    @Test
    void shouldPreferTheCommandLineThenTheEnvironmentThenTheDefault() {
        assertThat(parsed(Map.of("INJECTION_AUDITOR_PORT", "2"), "--port", "1").port)
                .isEqualTo("1");
        assertThat(parsed(Map.of("INJECTION_AUDITOR_PORT", "2")).port).isEqualTo("2");
        assertThat(parsed(Map.of("PORT", "2")).port).isEqualTo("3");
    }

    @Test
    void shouldReachOptionsOfAMixin() {
        Probe probe = parsed(Map.of(
                "INJECTION_AUDITOR_KAFKA_BOOTSTRAP_SERVERS", "broker:1",
                "INJECTION_AUDITOR_KAFKA_PROPERTY", "linger.ms=7"));

        assertThat(probe.kafka.bootstrapServers).isEqualTo("broker:1");
        assertThat(probe.kafka.properties).isEqualTo(List.of("linger.ms=7"));
    }

    @Test
    void shouldTakeValuesAsTheyAre() {
        // Given values that look like variables, quotes or file references
        String value = "${sys:user.home} $$ $ \"@file\" a,b";

        // When they come from the environment
        Probe probe = parsed(Map.of("INJECTION_AUDITOR_NAME", value));

        // Then nothing is made of them
        assertThat(probe.name).isEqualTo(value);
    }

    private static Probe parsed(Map<String, String> environment, String... arguments) {
        Probe probe = new Probe();
        assertThat(ServiceCommand.run(probe, environment, arguments)).isZero();
        return probe;
    }

    @Command(name = "probe")
    static final class Probe implements Callable<Integer> {

        @Option(names = "--port", defaultValue = "3")
        @Nullable String port;

        @Option(names = "--name")
        @Nullable String name;

        @Mixin
        KafkaOptions kafka = new KafkaOptions();

        @Override
        public Integer call() {
            return 0;
        }
    }
}
