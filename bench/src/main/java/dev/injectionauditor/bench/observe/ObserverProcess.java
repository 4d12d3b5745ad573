package dev.injectionauditor.bench.observe;

import dev.injectionauditor.auditor.observe.ObserveRole;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * Watches until its standard input ends, and says on standard output how much heap is in use after a collection
 * whenever it is asked by a line of input.
 */
final class ObserverProcess {

    private static final int QUEUE = 200_000;
    private static final long PAGE = 500;

    private ObserverProcess() {}

    /** Arguments: {@code role} or {@code informer}, URL of the API server, Kafka's address. */
    public static void main(String[] arguments) throws Exception {
        try (KubernetesClient client = PretendedCluster.client(arguments[1])) {
            if (arguments[0].equals("role")) {
                observe(client, arguments[2]);
            } else {
                inform(client);
            }
        }
    }

    private static void observe(KubernetesClient client, String kafkaAddress) throws IOException {
        KafkaSettings kafka = KafkaSettings.of(kafkaAddress, Topics.defaults());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()));
                ObserveRole role = new ObserveRole(
                        client,
                        producer,
                        kafka.topics(),
                        new WatchedWebhook("bench", PretendedCluster.WEBHOOK),
                        QUEUE,
                        new ObserveRole.Probes(Duration.ZERO, "default"),
                        new SimpleMeterRegistry(),
                        InstantSource.system())) {
            role.start();
            answer();
        }
    }

    private static void inform(KubernetesClient client) throws IOException {
        try (SharedIndexInformer<Pod> informer =
                client.pods().inAnyNamespace().withLimit(PAGE).runnableInformer(0)) {
            informer.addEventHandler(new ResourceEventHandler<>() {
                @Override
                public void onAdd(Pod pod) {}

                @Override
                public void onUpdate(Pod old, Pod pod) {}

                @Override
                public void onDelete(Pod pod, boolean finalStateUnknown) {}
            });
            informer.start();
            answer();
        }
    }

    private static void answer() throws IOException {
        while (System.in.read() >= 0) {
            System.gc();
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            System.out.println("heap " + ((runtime.totalMemory() - runtime.freeMemory()) >> 10));
        }
    }
}
