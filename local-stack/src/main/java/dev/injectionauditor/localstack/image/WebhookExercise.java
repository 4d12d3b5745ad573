package dev.injectionauditor.localstack.image;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.image.ImageRun.Exercise;
import dev.injectionauditor.schema.Topics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The webhook answers admission reviews and tells Kafka of them. */
final class WebhookExercise implements Exercise {

    private static final int REQUESTS = 200;
    private static final String REVIEW = """
            {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"%s",
            "kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},
            "namespace":"shop","operation":"CREATE","dryRun":false,"object":{"kind":"Pod","apiVersion":"v1",
            "metadata":{"generateName":"web-","namespace":"shop","labels":{"app":"web"},"ownerReferences":[{
            "apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"%s","controller":true}]},
            "spec":{"containers":[{"name":"web","image":"web","env":[{"name":"PORT","value":"80"}]},
            {"name":"proxy","image":"proxy"}]}}}}""";

    private final LocalCertificates authority = new LocalCertificates();
    private int port;
    private LocalKafka kafka;

    @Override
    public void prepare(Path files) throws IOException {
        LocalCertificates.ServingFiles tls = authority.writeServing(files);
        // The user of the image is not the one that makes the files.
        Files.setPosixFilePermissions(tls.key(), PosixFilePermissions.fromString("rw-r--r--"));
        port = FreePorts.find(1).getFirst();
        kafka = LocalKafka.start(Files.createTempDirectory("training-kafka"), 0);
        kafka.createTopics(Topics.defaults(), 1);
    }

    @Override
    public List<String> options(String files, int managementPort) {
        return List.of(
                "--cluster=training",
                "--kubernetes-service-host=api.training.example",
                "--address=127.0.0.1",
                "--port=" + port,
                "--management-port=" + managementPort,
                "--tls-cert=" + files + "/tls.crt",
                "--tls-key=" + files + "/tls.key",
                "--spool-folder=/tmp/spool",
                "--drain=0s",
                "--kafka-bootstrap-servers=" + kafka.bootstrapServers());
    }

    @Override
    public void exercise() throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(trusting()).build()) {
            for (int i = 0; i < REQUESTS; i++) {
                HttpRequest request = HttpRequest.newBuilder(URI.create(
                                "https://127.0.0.1:" + port + "/webhooks/kubernetes-service-host?timeout=2s"))
                        .version(HttpClient.Version.HTTP_1_1)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(REVIEW.formatted(UUID.randomUUID(), UUID.randomUUID())))
                        .build();
                var response = client.send(request, BodyHandlers.ofString());
                if (response.statusCode() != 200) {
                    throw new IOException("the webhook answered " + response.statusCode() + ": " + response.body());
                }
            }
        }
    }

    private SSLContext trusting() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry(
                "authority",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(
                                authority.authorityPem().getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Override
    public void close() throws IOException {
        kafka.close();
    }
}
