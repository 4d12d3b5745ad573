package dev.injectionauditor.webhook.events;

import dev.injectionauditor.service.KafkaSettings;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Makes the Kafka producer for admission events. */
public final class AdmissionProducer {

    private AdmissionProducer() {}

    /** A new one; who asks for it closes it. */
    public static Producer<String, byte[]> create(KafkaSettings kafka) {
        return new KafkaProducer<>(settings(kafka));
    }

    /**
     * It waits for an acknowledgement as long as it takes, whatever an operator has set: a producer that gives up would
     * let later events overtake. The sender gives up the producer as a whole.
     */
    static Map<String, Object> settings(KafkaSettings kafka) {
        Map<String, Object> settings = kafka.producer(Map.of(
                ProducerConfig.CLIENT_ID_CONFIG, "injection-auditor-webhook",
                ProducerConfig.MAX_BLOCK_MS_CONFIG, "3000",
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000",
                ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, "false"));
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        return settings;
    }
}
