package dev.injectionauditor.e2e;

import static dev.injectionauditor.e2e.Subject.isHooked;
import static dev.injectionauditor.e2e.Subject.pod;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.Folders;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/**
 * What the auditor relies on in an API server, asked of the simulation and of a real one alike. The questions are in
 * the interfaces.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Conformance implements AdmissionConformance, EvictionConformance, StoreConformance, WatchConformance {

    private Path folder;
    private Cluster cluster;
    private Subject subject;

    /** Starts the cluster, or aborts with the reason why there is none. */
    abstract Cluster startCluster(Path folder) throws Exception;

    @Override
    public Subject subject() {
        return subject;
    }

    @BeforeAll
    void start() throws Exception {
        folder = Files.createTempDirectory("injection-auditor-e2e");
        cluster = startCluster(Files.createTempDirectory("injection-auditor-cluster"));
        System.out.println("Conformance is tested on " + cluster.description());
        KubernetesClient client = cluster.client()
                // No tries again: each answer counts.
                .newClient(new RequestConfigBuilder()
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .adapt(KubernetesClient.class);
        OwnWebhook webhook = new OwnWebhook(folder, cluster);
        Configuration configuration = new Configuration(
                client, "https://" + cluster.webhookHost() + ":" + webhook.port(), webhook.authorityPem());
        subject = new Subject(client, webhook, configuration);
        configuration.create();
        reset();
        // An API server takes a moment to learn of a configuration, and to make service accounts.
        await().atMost(Subject.LONGEST_WAIT)
                .ignoreException(KubernetesClientException.class)
                .until(() ->
                        isHooked(subject.pods().resource(pod("early-")).dryRun().create()));
    }

    @AfterAll
    void stop() throws Exception {
        if (cluster != null) {
            subject.configuration().delete();
            subject.webhook().close();
            cluster.close();
        }
        Folders.delete(folder);
    }

    @BeforeEach
    void reset() {
        subject.webhook().set(request -> OwnWebhook.allow(Subject.PATCH));
    }
}
