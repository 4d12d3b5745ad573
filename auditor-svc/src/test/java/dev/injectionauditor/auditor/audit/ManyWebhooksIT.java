package dev.injectionauditor.auditor.audit;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.BatchDecoder.Decoded;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.InvalidEventException;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a batch has of many webhooks goes into the database by common statements, but each has a history of its own. */
class ManyWebhooksIT {

    private static final TopicPartition ANY = new TopicPartition("any", 0);

    @RegisterExtension
    final FreshDatabase<Database> together = new FreshDatabase<>(Database::open, Database::migrate);

    @RegisterExtension
    final FreshDatabase<Database> apart = new FreshDatabase<>(Database::open, Database::migrate);

    @Test
    void shouldLeaveWhatEachWebhookAloneWouldLeave() {
        // Given traffic of some clusters, of which the next cluster has a part as well: the same uids, stamps and times
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Decoded> events = new ArrayList<>();
        for (ProducerRecord<String, byte[]> record : Traffic.of(1_500, random, Topics.defaults())) {
            told(record).forEach(event -> {
                events.add(told(event.source(), event));
                if (random.nextInt(3) == 0) {
                    events.add(told(next(event.source()), event));
                }
            });
        }

        // When all go into a database as they come, and those of one webhook after the other into another one
        write(together.get().jooq(), events, random);
        events.stream()
                .collect(groupingBy(event -> ((Decoded.Told) event).source()))
                .values()
                .forEach(ofOne -> write(apart.get().jooq(), ofOne, random));

        // Then both hold the same
        Map<String, List<String>> contents = Tables.contents(together.get().jooq());
        assertThat(contents)
                .as("seed %d", seed)
                .isEqualTo(Tables.contents(apart.get().jooq()));
        assertThat(contents.get("pod")).hasSizeGreaterThan(1_500);
        assertThat(contents.get("outage")).isNotEmpty();
    }

    /** In batches from one event to some hundred. */
    private static void write(DSLContext db, List<Decoded> events, Random random) {
        History history = new Auditing(db).history;
        for (int from = 0; from < events.size(); ) {
            int until = Math.min(events.size(), from + 1 + random.nextInt(random.nextInt(4) == 0 ? 1_000 : 50));
            Batch batch = Batch.of(events.subList(from, until), Map.of());
            db.transaction(transaction -> history.apply(transaction.dsl(), batch));
            from = until;
        }
    }

    private static WatchedWebhook next(WatchedWebhook source) {
        return new WatchedWebhook(source.cluster() + "-too", source.webhook());
    }

    private static Decoded told(WatchedWebhook source, CloudEvent event) {
        return new Decoded.Told(ANY, 0, source, event.data());
    }

    /** The event; nothing if the record holds none. */
    private static Stream<CloudEvent> told(ProducerRecord<String, byte[]> record) {
        try {
            return Stream.of(new EventCodec().decode(record.value()));
        } catch (InvalidEventException e) {
            return Stream.of();
        }
    }
}
