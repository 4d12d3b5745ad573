package dev.injectionauditor.webhook.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.injectionauditor.service.KafkaOptions;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.service.Settings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class AdmissionProducerTest {

    @Test
    void shouldNeverGiveUpWhateverAnOperatorSets() {
        // Given an operator who wants a producer that gives up early, and other things that are no harm
        KafkaOptions options = CommandLine.populateCommand(
                new KafkaOptions(),
                "--kafka-property=delivery.timeout.ms=30000",
                "--kafka-property=retries=1",
                "--kafka-property=max.block.ms=7");
        KafkaSettings kafka = KafkaSettings.read(new Settings(), options, Map.of());

        // When a producer is to be made
        Map<String, Object> settings = AdmissionProducer.settings(kafka);

        // Then it does not give up, and the rest is as the operator wants it
        assertThat(settings)
                .containsEntry("delivery.timeout.ms", Integer.MAX_VALUE)
                .containsEntry("retries", Integer.MAX_VALUE)
                .containsEntry("max.block.ms", "7");
        assertThatCode(() -> AdmissionProducer.create(kafka).close()).doesNotThrowAnyException();
    }
}
