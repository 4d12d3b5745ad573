package dev.injectionauditor.localstack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalKafkaIT {

    @Test
    void shouldKeepRecordsOverARestart(@TempDir Path folder) throws Exception {
        try (LocalKafka kafka = LocalKafka.start(folder.resolve("kafka"), 0)) {
            // Given a record on a topic
            kafka.createTopics(Topics.defaults(), 2);
            try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", kafka.bootstrapServers()),
                    new StringSerializer(),
                    new StringSerializer())) {
                producer.send(new ProducerRecord<>("injection-auditor.missed", 0, "cluster", "value"))
                        .get(30, TimeUnit.SECONDS);
            }

            // When the broker is stopped and started again
            kafka.stop();
            kafka.startAgain();

            // Then the record is still there
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", kafka.bootstrapServers(), "auto.offset.reset", "earliest"),
                    new StringDeserializer(),
                    new StringDeserializer())) {
                consumer.assign(List.of(new TopicPartition("injection-auditor.missed", 0)));
                assertThat(consumer.poll(Duration.ofSeconds(30)))
                        .extracting(record -> record.value())
                        .containsExactly("value");
            }
        }
    }
}
