package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.service.Loop;
import dev.injectionauditor.service.Parts;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;

/** The remediate role while it is active. */
public final class RemediateRole implements AutoCloseable {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_REPLACEMENT = Duration.ofMinutes(1);

    private final Parts parts = new Parts();
    private final Loop loop;

    /**
     * Starts the role.
     *
     * @param client for reading and evicting Pods; not closed
     * @param producer for the topic recreation-results; not closed
     * @param identity who is named in the results
     */
    public RemediateRole(
            KubernetesClient client,
            KafkaSettings kafka,
            Producer<String, byte[]> producer,
            String cluster,
            String identity,
            InstantSource clock) {
        Remediator remediator = new Remediator(
                client, new Evictor(client), new Replacements(client, LONGEST_REPLACEMENT), identity, clock);
        RequestConsumer consumer = parts.add(
                "request consumer",
                new RequestConsumer(
                        new KafkaConsumer<>(kafka.consumer(Map.of(
                                ConsumerConfig.GROUP_ID_CONFIG,
                                kafka.topics().prefix() + ".remediate." + cluster,
                                // Old requests have expired and are answered so.
                                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                "earliest",
                                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                50))),
                        producer,
                        remediator,
                        kafka.topics(),
                        cluster),
                CLOSE_LIMIT);
        loop = parts.add("remediate loop", new Loop("remediate", consumer, Duration.ZERO, clock), CLOSE_LIMIT);
        loop.start();
    }

    /** Whether it has been able to work within this time. */
    public boolean hasProgressedWithin(Duration limit) {
        return loop.hasProgressedWithin(limit);
    }

    @Override
    public void close() {
        parts.close();
    }
}
