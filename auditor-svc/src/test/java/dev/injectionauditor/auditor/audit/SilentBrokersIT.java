package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.outbox.Outbox;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.KafkaSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.TimeoutException;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that are away do not look like brokers that have nothing to tell. */
@Timeout(120)
class SilentBrokersIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(ZERO);

    @Test
    void shouldFailOnceNoBrokerAnswers() throws Exception {
        try (LocalKafka kafka = LocalKafka.start(folder.resolve("kafka"), 0);
                AuditConsumer consumer = consumer(KafkaSettings.of(kafka.bootstrapServers(), Topics.defaults()))) {
            // Given a consumer without records
            consumer.runOnce();

            // When the brokers are silent because there is nothing to tell, then that is all right
            now.set(now.get().plus(AuditConsumer.SILENCE.multipliedBy(2)));
            assertThat(consumer.runOnce()).isTrue();

            // When they are gone, then that does not show at once
            kafka.stop();
            assertThat(consumer.runOnce()).isTrue();

            // But after a while, and from then on
            now.set(now.get().plus(AuditConsumer.SILENCE.multipliedBy(2)));
            assertThatThrownBy(consumer::runOnce).isInstanceOf(TimeoutException.class);
            assertThatThrownBy(consumer::runOnce).isInstanceOf(TimeoutException.class);

            // And when they are back, then all is well
            kafka.startAgain();
            assertThat(consumer.runOnce()).isTrue();
        }
    }

    private AuditConsumer consumer(KafkaSettings kafka) {
        DSLContext db = database.get().jooq();
        EventCodec codec = new EventCodec();
        return new AuditConsumer(
                new KafkaConsumer<>(kafka.consumer(Map.of(
                        ConsumerConfig.GROUP_ID_CONFIG, "audit", ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none"))),
                new TopicSetup(() -> Admin.create(kafka.admin()), kafka.topics(), 1),
                db,
                new BatchDecoder(codec),
                new History(new Outbox(codec, kafka.topics()), HistoryPolicy.defaults(), now::get),
                new AuditMetrics(new SimpleMeterRegistry()),
                kafka.topics(),
                now::get);
    }
}
