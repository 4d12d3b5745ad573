package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationTraits;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Random traffic of some clusters, with outages, as records of the topics. */
final class Traffic {

    private static final int CLUSTERS = 5;

    private final Random random;
    private final Topics topics;
    private final EventCodec codec = new EventCodec();
    private final Instant begin = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofHours(2));
    private final List<ProducerRecord<String, byte[]>> records = new ArrayList<>();

    private Traffic(Random random, Topics topics) {
        this.random = random;
        this.topics = topics;
    }

    /** Records of about so many Pods, in the order of their sending. */
    static List<ProducerRecord<String, byte[]>> of(int pods, Random random, Topics topics) {
        Traffic traffic = new Traffic(random, topics);
        for (int i = 0; i < pods; i++) {
            traffic.pod(i, i * 3_600L / pods);
        }
        return traffic.records;
    }

    private void pod(int number, long second) {
        WatchedWebhook cluster = new WatchedWebhook("garden-" + random.nextInt(CLUSTERS), "hook.example.org");
        boolean outage = second / 60 % 5 == cluster.cluster().charAt(7) % 5;
        boolean applied = random.nextInt(100) >= (outage ? 80 : 0);
        OwnerRef owner = new OwnerRef("apps/v1", "ReplicaSet", "web", new UUID(3, number / 20));
        UUID stamp = id(random);
        Instant created = begin.plusSeconds(second);
        if (applied || random.nextInt(10) == 0) {
            send(
                    cluster,
                    new Admission(stamp, "shop", null, "web-", owner, 1, 1, created.plusMillis(300), "webhook-0"));
        }
        PodObservation pod = new PodObservation(
                new PodRef("shop", "web-%05d".formatted(number % 100_000), id(random)),
                Long.toString(1_000L + number),
                created.minusSeconds(random.nextInt(20) == 0 ? random.nextInt(300) : 0),
                owner,
                applied ? stamp : null,
                1,
                applied ? List.of() : List.of("web"),
                new Scope(null, new Scope.Configuration("hook", new UUID(1, 1), 1, begin.minusSeconds(3_600))),
                Lifecycle.ACTIVE,
                RecreationTraits.NONE,
                created);
        send(cluster, pod);
        if (random.nextInt(4) == 0) {
            send(cluster, Auditing.later(pod, random.nextBoolean() ? Lifecycle.FINISHED : Lifecycle.GONE));
        }
        if (random.nextInt(10) == 0) {
            send(cluster, new Signal.Probe(created, applied, created.plusMillis(number), null));
        }
        if (random.nextInt(30) == 0) {
            send(cluster, new Signal.Endpoints(outage ? 0 : 2, created.plusMillis(random.nextInt(1_000))));
        }
        if (random.nextInt(30) == 0) {
            send(cluster, new Signal.Watched(begin, created, Signal.Watched.Begin.STARTED));
        }
        if (random.nextInt(200) == 0) {
            records.add(new ProducerRecord<>(
                    topics.of(pod.type()), cluster.cluster(), "no event".getBytes(StandardCharsets.UTF_8)));
        }
        if (!applied && random.nextInt(5) == 0) {
            recreation(cluster, pod);
        }
    }

    /** As somebody else's job would request and do it; the auditor under test requests none itself. */
    private void recreation(WatchedWebhook cluster, PodObservation pod) {
        String request = RecreationRequest.requestId(pod.pod(), 1);
        send(
                cluster,
                new RecreationRequest(
                        request,
                        pod.pod(),
                        pod.owner(),
                        1,
                        false,
                        pod.createdAt(),
                        pod.createdAt().plusSeconds(60)));
        send(
                cluster,
                new RecreationResult(
                        request,
                        pod.pod(),
                        RecreationResult.Outcome.RECREATED,
                        null,
                        null,
                        pod.createdAt().plusSeconds(5),
                        "somebody",
                        pod.owner()));
    }

    private void send(WatchedWebhook cluster, Event event) {
        byte[] value = codec.encode(CloudEvent.of(cluster, event));
        records.add(new ProducerRecord<>(topics.of(event.type()), cluster.cluster(), value));
        if (random.nextInt(50) == 0) {
            records.add(new ProducerRecord<>(topics.of(event.type()), cluster.cluster(), value));
        }
    }

    private static UUID id(Random random) {
        return new UUID(random.nextLong(), random.nextLong());
    }
}
