package dev.injectionauditor.webhook.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.webhook.AdmissionTopic;
import dev.injectionauditor.webhook.spool.Spool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Events reach a real Kafka, whatever becomes of it in between. */
@Timeout(180)
class AdmissionSenderIT {

    private static final WatchedWebhook WEBHOOK = new WatchedWebhook("shoot-1", "webhook.example");
    private static final Duration FLUSH = Duration.ofSeconds(20);

    private static LocalKafka kafka;

    private final Topics topics = new Topics("it-" + UUID.randomUUID());
    private final EventCodec codec = new EventCodec();
    private final Spool spool = Spool.open(null, Spool.LEAST_BYTES, InstantSource.system());

    @BeforeAll
    static void startKafka(@TempDir Path folder) throws IOException {
        kafka = LocalKafka.start(folder.resolve("kafka"), 0);
    }

    @AfterAll
    static void stopKafka() throws IOException {
        kafka.close();
    }

    @AfterEach
    void closeSpool() throws IOException {
        spool.close();
    }

    @Test
    void shouldSendInOrderAndFlushAtTheEnd() {
        // Given more events than go in one batch
        kafka.createTopics(topics, 1);
        AdmissionSender sender = sender(() -> producer(kafka.bootstrapServers(), Map.of()), FLUSH);
        add(1, 3_000);
        sender.start();

        // When it is closed at once
        sender.close();

        // Then all are there, in order
        assertThat(sent(kafka.bootstrapServers(), 3_000)).isEqualTo(numbers(1, 3_000));
        assertThat(sender.sent()).isEqualTo(3_000);
        assertThat(spool.waiting()).isZero();
    }

    @Test
    void shouldSendWhatWaitedForAKafkaThatStartedLate(@TempDir Path folder) throws IOException {
        // Given no Kafka
        int port = FreePorts.find(1).getFirst();
        String servers = "127.0.0.1:" + port;
        try (AdmissionSender sender = sender(() -> producer(servers, Map.of()), FLUSH)) {
            sender.start();
            add(1, 200);
            await().atMost(Duration.ofSeconds(60)).until(() -> sender.failed() > 0);
            add(201, 400);

            // When it starts
            try (LocalKafka late = LocalKafka.start(folder.resolve("kafka"), port)) {
                late.createTopics(topics, 1);

                // Then everything arrives in order
                assertThat(sent(servers, 400)).isEqualTo(numbers(1, 400));
                await().until(() -> spool.waiting() == 0);
            }
        }
    }

    @Test
    void shouldSendWhatCameWhileKafkaRestarted(@TempDir Path folder) throws IOException {
        try (LocalKafka restarting = LocalKafka.start(folder.resolve("kafka"), 0)) {
            restarting.createTopics(topics, 1);
            try (AdmissionSender sender = sender(() -> producer(restarting.bootstrapServers(), Map.of()), FLUSH)) {
                // Given a producer that has sent something
                sender.start();
                add(1, 100);
                await().atMost(Duration.ofSeconds(60)).until(() -> sender.sent() == 100);

                // When Kafka goes away and comes back
                restarting.stop();
                add(101, 1_100);
                restarting.startAgain();

                // Then nothing is lost or out of order; what Kafka had without saying so may come twice
                await().atMost(Duration.ofSeconds(90)).until(() -> spool.waiting() == 0);
            }
            assertThat(sent(restarting.bootstrapServers(), 1_100).stream().distinct())
                    .isEqualTo(numbers(1, 1_100));
        }
    }

    @Test
    void shouldGiveUpOnlyWhatKafkaNeverTakes() {
        // Given a limit that one event is over
        kafka.createTopics(topics, 1);
        Supplier<Producer<String, byte[]>> producers =
                () -> producer(kafka.bootstrapServers(), Map.of("max.request.size", "900"));
        try (AdmissionSender sender = sender(producers, FLUSH)) {
            add(1, 2);
            add(admission(3, "long".repeat(200)));
            add(4, 5);

            // When they are sent
            sender.start();

            // Then the others arrive
            assertThat(sent(kafka.bootstrapServers(), 4)).containsExactly(1, 2, 4, 5);
            await().until(() -> spool.waiting() == 0);
            assertThat(sender.refused()).isEqualTo(1);
            assertThat(sender.sent()).isEqualTo(4);
        }
    }

    @Test
    void shouldMakeAnotherProducerIfOneCannotBeMade() {
        // Given a producer that can be made at the third try only, as when a name is not known yet
        kafka.createTopics(topics, 1);
        AtomicInteger tries = new AtomicInteger();
        Supplier<Producer<String, byte[]>> producers = () -> {
            if (tries.incrementAndGet() < 3) {
                throw new KafkaException("no such host");
            }
            return producer(kafka.bootstrapServers(), Map.of());
        };

        // When there is something to send
        try (AdmissionSender sender = sender(producers, FLUSH)) {
            sender.start();
            add(1, 10);

            // Then it arrives
            assertThat(sent(kafka.bootstrapServers(), 10)).isEqualTo(numbers(1, 10));
            assertThat(sender.failed()).isEqualTo(2);
        }
    }

    @Test
    void shouldWaitForATopicThatIsNotThereYet() {
        try (AdmissionSender sender = sender(() -> producer(kafka.bootstrapServers(), Map.of()), FLUSH)) {
            sender.start();
            add(1, 10);
            await().atMost(Duration.ofSeconds(60)).until(() -> sender.failed() > 0);

            kafka.createTopics(topics, 1);

            assertThat(sent(kafka.bootstrapServers(), 10)).isEqualTo(numbers(1, 10));
        }
    }

    @Test
    @Timeout(30)
    void shouldCloseInBoundedTimeWithoutKafka() throws IOException {
        // Given no Kafka, and events that wait
        String servers = "127.0.0.1:" + FreePorts.find(1).getFirst();
        AdmissionSender sender =
                sender(() -> producer(servers, Map.of("max.block.ms", "60000")), Duration.ofSeconds(1));
        sender.start();
        add(1, 10);

        // When it is closed
        sender.close();

        // Then it has given up (the limit of this test says when)
        assertThat(spool.waiting()).isEqualTo(10);
        assertThat(sender.sent()).isZero();
    }

    private AdmissionSender sender(Supplier<Producer<String, byte[]>> producers, Duration flushLimit) {
        return new AdmissionSender(
                spool,
                producers,
                topics.of(EventType.ADMISSION),
                WEBHOOK.cluster(),
                flushLimit,
                InstantSource.system());
    }

    private static Producer<String, byte[]> producer(String servers, Map<String, Object> tuning) {
        Map<String, Object> settings =
                new HashMap<>(Map.of("max.block.ms", "1000", "delivery.timeout.ms", "2147483647"));
        settings.putAll(tuning);
        return new KafkaProducer<>(KafkaSettings.of(servers, Topics.defaults()).producer(settings));
    }

    private void add(int first, int last) {
        for (int number = first; number <= last; number++) {
            add(admission(number, "pod"));
        }
    }

    private void add(Admission admission) {
        spool.append(codec.encode(CloudEvent.of(WEBHOOK, admission)));
    }

    private static Admission admission(int number, String name) {
        return new Admission(new UUID(0, number), "shop", name, null, null, number, 0, Instant.EPOCH, "replica-1");
    }

    private List<Integer> sent(String servers, int atLeast) {
        try (AdmissionTopic topic = new AdmissionTopic(servers, topics)) {
            return topic.nextAdmissions(atLeast).stream()
                    .map(Admission::containers)
                    .toList();
        }
    }

    private static List<Integer> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }
}
