package dev.injectionauditor.auditor.announce;

import dev.injectionauditor.auditor.kubernetes.OneTry;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.service.Loop;
import dev.injectionauditor.service.Parts;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** The announcer while it is active. */
public final class AnnounceRole implements AutoCloseable {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(10);
    private static final int EVENTS_PER_MINUTE = 300;
    /** Few, so that they are written well within the time that a consumer may take between two polls. */
    private static final int RECORDS_AT_ONCE = 50;

    private final Parts parts = new Parts();
    private final Loop loop;

    /**
     * Starts it.
     *
     * @param client for creating Events; not closed
     * @param identity who is named as their author
     */
    public AnnounceRole(
            KubernetesClient client,
            KafkaSettings kafka,
            String cluster,
            String identity,
            MeterRegistry metrics,
            InstantSource clock) {
        // The loop tries again, more slowly with each failure.
        KubernetesClient once = OneTry.of(client, LONGEST_ANSWER);
        Announcer announcer = parts.add(
                "announcer",
                new Announcer(
                        new KafkaConsumer<>(kafka.consumer(Map.of(
                                ConsumerConfig.GROUP_ID_CONFIG,
                                kafka.topics().prefix() + ".announce." + cluster,
                                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                "earliest",
                                // Whoever takes over from a killed process does not wait for long.
                                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                                10_000,
                                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                RECORDS_AT_ONCE))),
                        new EventWriter(once, identity),
                        new RateLimit(EVENTS_PER_MINUTE),
                        kafka.topics(),
                        cluster,
                        metrics,
                        clock),
                CLOSE_LIMIT);
        loop = parts.add("announce loop", new Loop("announce", announcer, Duration.ZERO, clock), CLOSE_LIMIT);
        loop.start();
    }

    /** Whether it has tried to work within this time; that fails while no Events are taken, but does not hang. */
    public boolean hasRunWithin(Duration limit) {
        return loop.hasRunWithin(limit);
    }

    @Override
    public void close() {
        parts.close();
    }
}
