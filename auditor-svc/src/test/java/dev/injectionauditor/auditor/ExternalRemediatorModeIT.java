package dev.injectionauditor.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.localstack.junit.Manifests;
import dev.injectionauditor.schema.Cause;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.MissedInjection;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The role remediate where somebody else's job does the work. */
class ExternalRemediatorModeIT {

    private static final WatchedWebhook SOURCE = new WatchedWebhook("bench", "hook.example.org");

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @TempDir
    Path folder;

    @Test
    void shouldWriteEventsAndEvictNothingAndNeedNoDatabase() throws Exception {
        // Given a missed Pod, and an auditor without PostgreSQL
        Topics topics = SERVICES.freshTopics(1);
        KafkaSettings kafka = KafkaSettings.of(SERVICES.kafka().bootstrapServers(), topics);
        try (SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());
                KubernetesClient client = cluster.client();
                KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()))) {
            Pod pod = client.resource(Manifests.pod("default", "web")).create();
            cluster.writeKubeconfig(folder.resolve("kubeconfig"));
            try (Auditor auditor = new Auditor(config(kafka))) {
                assertThat(auditor).isNotNull();

                // When a request comes, and then the news of a miss
                PodRef ref = new PodRef(
                        "default", "web", UUID.fromString(pod.getMetadata().getUid()));
                Instant now = Instant.now();
                send(producer, topics, new RecreationRequest("r", ref, null, 1, false, now, now.plusSeconds(60)));
                send(
                        producer,
                        topics,
                        new MissedInjection(
                                MissedInjection.Status.FOUND, ref, now, null, Cause.UNKNOWN, List.of("main")));

                // Then that is told, and the Pod stays
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> !client.events()
                                .v1()
                                .events()
                                .inNamespace("default")
                                .list()
                                .getItems()
                                .isEmpty());
                assertThat(client.resource(pod).get().getMetadata().getDeletionTimestamp())
                        .isNull();
            }
        }
    }

    private AuditorConfig config(KafkaSettings kafka) {
        AuditorOptions options = new AuditorOptions(Map.of());
        new CommandLine(options)
                .parseArgs(
                        "--cluster=bench",
                        "--webhook-name=hook.example.org",
                        "--roles=remediate",
                        "--remediator=external",
                        "--recreation-allow=bare-pods",
                        "--identity=auditor-0",
                        "--lease-namespace=default",
                        "--kubeconfig=" + folder.resolve("kubeconfig"),
                        "--postgres-url=jdbc:postgresql://127.0.0.1:1/nothing",
                        "--kafka-bootstrap-servers=" + kafka.bootstrapServers(),
                        "--kafka-topic-prefix=" + kafka.topics().prefix(),
                        "--address=127.0.0.1",
                        "--management-port=0");
        return AuditorConfig.read(options, Map.of());
    }

    private static void send(KafkaProducer<String, byte[]> producer, Topics topics, Event event) throws Exception {
        producer.send(new ProducerRecord<>(
                        topics.of(event.type()),
                        SOURCE.cluster(),
                        new EventCodec().encode(CloudEvent.of(SOURCE, event))))
                .get();
    }
}
