package dev.injectionauditor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.injectionauditor.schema.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaSettingsTest {

    private final Settings settings = new Settings();
    private final KafkaOptions options = new KafkaOptions();
    private final Map<String, String> environment = new HashMap<>();

    KafkaSettingsTest() {
        options.bootstrapServers = "127.0.0.1:1";
        options.topicPrefix = Topics.DEFAULT_PREFIX;
    }

    @Test
    void shouldSetWhatTheGuaranteesRestOn() {
        KafkaSettings kafka = KafkaSettings.of("127.0.0.1:1", Topics.defaults());

        assertThat(kafka.producer(Map.of("acks", "0")))
                .containsEntry("bootstrap.servers", "127.0.0.1:1")
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", true)
                .containsKeys("key.serializer", "value.serializer");
        assertThat(kafka.consumer(Map.of("group.id", "audit")))
                .containsEntry("bootstrap.servers", "127.0.0.1:1")
                .containsEntry("enable.auto.commit", false)
                .containsEntry("group.id", "audit")
                .containsKeys("key.deserializer", "value.deserializer");
        assertThat(kafka.admin()).containsEntry("bootstrap.servers", "127.0.0.1:1");
    }

    @Test
    void shouldPassSettingsToTheClientsThatKnowThem() {
        // Given a setting of producers, one of consumers, one of all clients and one that nobody knows
        options.properties =
                List.of("linger.ms=7", "max.poll.records=8", "security.protocol=SSL", "plugin.setting=a=b");

        // When they are read
        KafkaSettings kafka = read();

        // Then each client gets its own, and the unknown one goes to all (a plug-in may know it)
        assertThat(kafka.producer(Map.of()))
                .containsEntry("linger.ms", "7")
                .containsEntry("security.protocol", "SSL")
                .containsEntry("plugin.setting", "a=b")
                .doesNotContainKey("max.poll.records");
        assertThat(kafka.consumer(Map.of()))
                .containsEntry("max.poll.records", "8")
                .containsEntry("security.protocol", "SSL")
                .containsEntry("plugin.setting", "a=b")
                .doesNotContainKey("linger.ms");
        assertThat(kafka.admin())
                .containsEntry("security.protocol", "SSL")
                .containsEntry("plugin.setting", "a=b")
                .doesNotContainKeys("linger.ms", "max.poll.records");
    }

    @Test
    void shouldLetTheOperatorOverrideDefaultsOfTheCaller() {
        options.properties = List.of("linger.ms=7");

        assertThat(read().producer(Map.of("linger.ms", "1", "batch.size", "2")))
                .containsEntry("linger.ms", "7")
                .containsEntry("batch.size", "2");
    }

    @Test
    void shouldPreferOptionsToTheEnvironmentAndThatToTheFile(@TempDir Path folder) throws IOException {
        // Given the same settings from three sides
        Path file = Files.writeString(
                folder.resolve("kafka.properties"), "linger.ms=1\nbatch.size=1\nclient.id=from-file\n");
        options.configFile = file.toString();
        environment.put("INJECTION_AUDITOR_KAFKA_CLIENT_LINGER_MS", "2");
        environment.put("INJECTION_AUDITOR_KAFKA_CLIENT_BATCH_SIZE", "2");
        options.properties = List.of("linger.ms=3");

        // When they are read
        Map<String, Object> producer = read().producer(Map.of());

        // Then the nearest one wins
        assertThat(producer)
                .containsEntry("linger.ms", "3")
                .containsEntry("batch.size", "2")
                .containsEntry("client.id", "from-file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "acks",
                "enable.idempotence",
                "key.serializer",
                "value.deserializer",
                "transactional.id",
                "enable.auto.commit",
                "auto.offset.reset",
                "group.id",
                "bootstrap.servers"
            })
    void shouldRefuseWhatMustNotChange(String name) {
        options.properties = List.of(name + "=x");

        assertThat(problems()).contains("--kafka-property: " + name + " is set by this software and cannot be changed");
    }

    @Test
    void shouldRefuseItFromTheEnvironmentToo() {
        environment.put("INJECTION_AUDITOR_KAFKA_CLIENT_ACKS", "0");

        assertThat(problems()).singleElement().asString().contains("acks is set by this software");
    }

    @Test
    void shouldFindValuesThatTheClientsDoNotTake() {
        options.properties = List.of("linger.ms=soon");

        assertThat(problems()).singleElement().asString().contains("linger.ms");
    }

    @Test
    void shouldFindAllMistakes(@TempDir Path folder) {
        options.bootstrapServers = " ";
        options.topicPrefix = "a/b";
        options.configFile = folder.resolve("none").toString();
        options.properties = List.of("nonsense");

        assertThat(problems())
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).isEqualTo("--kafka-bootstrap-servers: is missing"),
                        problem -> assertThat(problem).startsWith("--kafka-topic-prefix: must be"),
                        problem -> assertThat(problem).startsWith("--kafka-config: is not a readable file"),
                        problem -> assertThat(problem).isEqualTo("--kafka-property: must have the form NAME=VALUE"));
    }

    @Test
    void shouldNeverShowASecret(@TempDir Path folder) throws IOException {
        // Given secrets from all sides, and a mistake that makes Kafka complain
        Path file = Files.writeString(folder.resolve("kafka.properties"), "ssl.key.password=hunter2\n");
        options.configFile = file.toString();
        environment.put(
                "INJECTION_AUDITOR_KAFKA_CLIENT_SASL_JAAS_CONFIG", "x.PlainLoginModule required password=\"hunter2\";");
        options.properties = List.of("ssl.truststore.password=hunter2", "hunter2", "linger.ms=soon");

        // When they are read
        KafkaSettings kafka = KafkaSettings.read(settings, options, environment);

        // Then no secret is in the complaints or in the text form
        BadSettingsException bad = catchThrowableOfType(BadSettingsException.class, settings::check);
        assertThat(bad.problems()).hasSize(2).noneMatch(problem -> problem.contains("hunter2"));
        assertThat(bad).hasMessageNotContaining("hunter2");
        assertThat(kafka).hasToString("Kafka at 127.0.0.1:1");
    }

    private KafkaSettings read() {
        KafkaSettings kafka = KafkaSettings.read(settings, options, environment);
        assertThatCode(settings::check).doesNotThrowAnyException();
        return kafka;
    }

    private List<String> problems() {
        KafkaSettings.read(settings, options, environment);
        return catchThrowableOfType(BadSettingsException.class, settings::check).problems();
    }
}
