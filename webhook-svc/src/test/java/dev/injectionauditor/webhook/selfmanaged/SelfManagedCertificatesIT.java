package dev.injectionauditor.webhook.selfmanaged;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.webhook.tls.CertificateSource.SelfManaged;
import dev.injectionauditor.webhook.tls.TlsIdentity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SelfManagedCertificatesIT {

    private static final String NAMESPACE = "default";
    private static final String WEBHOOK = "kubernetes-service-host.injection-auditor.dev";
    private static final CertificatePolicy POLICY =
            new CertificatePolicy(Duration.ofDays(30), Duration.ofDays(9), Duration.ofHours(2));

    @TempDir
    private Path folder;

    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    private final List<SelfManagedCertificates> replicas = new ArrayList<>();
    private SimulatedCluster cluster;
    private KubernetesClient client;
    private SelfManaged where;

    @BeforeEach
    void startCluster() throws Exception {
        cluster = SimulatedCluster.start(0, now::get);
        cluster.writeKubeconfig(folder.resolve("kubeconfig"));
        client = cluster.client();
        where = new SelfManaged(NAMESPACE, "certificates", "webhook", "our-webhooks", folder.resolve("kubeconfig"));
    }

    @AfterEach
    void stopCluster() {
        replicas.forEach(SelfManagedCertificates::close);
        client.close();
        cluster.close();
    }

    @Test
    void shouldBeginWithNothing() throws Exception {
        // Given a configuration without a caBundle, with another webhook beside ours
        configure();

        // When the first replica looks
        SelfManagedCertificates first = replica();
        runUntilDone(first);

        // Then it serves what API servers trust, for the name they call
        assertServes(first, trusted());
        assertThat(names(first)).contains("webhook.default.svc");
        assertThat(first.isNewestUnusable()).isFalse();

        // And the other webhook is left alone, and so is a second replica with what it finds
        assertThat(bundle(0)).isNull();
        Secret made = secret();
        SelfManagedCertificates second = replica();
        runUntilDone(second);
        assertThat(second.current().certificate()).isEqualTo(first.current().certificate());
        assertThat(secret().getMetadata().getResourceVersion())
                .isEqualTo(made.getMetadata().getResourceVersion());
    }

    @Test
    void shouldAgreeWhenReplicasBeginTogether() throws Exception {
        // Given four replicas that start at the same time, each in its thread
        configure();
        for (int i = 0; i < 4; i++) {
            replica().start();
        }

        // Then all serve the same certificate, and it is trusted
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(replicas).allSatisfy(each -> assertThat(each.current()).isNotNull());
            assertThat(replicas)
                    .extracting(each -> each.current().certificate())
                    .containsOnly(Certified.parse(CertificateStore.data(secret()))
                            .serving()
                            .certificate());
            assertServes(replicas.getFirst(), trusted());
        });
    }

    @Test
    void shouldAlwaysServeWhatIsTrusted() throws Exception {
        // Given two replicas, and API servers that learn of a caBundle two hours late
        configure();
        List<SelfManagedCertificates> both = List.of(replica(), replica());
        for (SelfManagedCertificates each : both) {
            runUntilDone(each);
        }
        TreeMap<Instant, String> bundles = new TreeMap<>(Map.of(now.get().minus(Duration.ofDays(1)), trusted()));
        Set<String> secrets = new HashSet<>();
        int mostTrusted = 0;
        Random random = new Random(5);

        // When months go by, and now this one looks and now that one, several times in minutes or not for hours
        Instant end = now.get().plus(Duration.ofDays(80));
        while (now.get().isBefore(end)) {
            int minutes = random.nextInt(4) == 0 ? random.nextInt(1, 900) : random.nextInt(1, 15);
            now.updateAndGet(time -> time.plus(Duration.ofMinutes(minutes)));
            both.get(random.nextInt(2)).runOnce();
            bundles.put(now.get(), trusted());
            secrets.add(secret().getMetadata().getResourceVersion());
            mostTrusted = Math.max(mostTrusted, authorities(trusted()).size());

            // Then what each of them serves is valid, and trusted by what API servers know by now
            String late = bundles.floorEntry(now.get().minus(POLICY.spread())).getValue();
            for (SelfManagedCertificates each : both) {
                assertServes(each, late);
                assertServes(each, trusted());
            }
        }

        // And authorities have come and gone, two at a time at the most
        assertThat(secrets).hasSizeGreaterThan(15);
        assertThat(mostTrusted).isEqualTo(2);
        assertThat(authorities(trusted())).hasSizeLessThanOrEqualTo(2);
        assertThat(both).allSatisfy(each -> assertThat(each.exchanged()).isGreaterThan(8));
    }

    @Test
    void shouldRestoreWhatSomebodyElseHasSpoiled() throws Exception {
        // Given a working replica
        configure();
        SelfManagedCertificates replica = replica();
        runUntilDone(replica);
        TlsIdentity before = replica.current();

        // When somebody empties the caBundle, or writes into it what is none, or a part of it, it is set again
        String bundle = trusted();
        for (String spoiled : List.of("", "\n", "plain text", bundle.substring(0, bundle.length() / 2))) {
            trust(spoiled);
            runUntilDone(replica);
            assertThat(trusted()).isEqualTo(bundle);
            assertThat(replica.current()).isSameAs(before);
        }
        assertServes(replica, bundle);

        // When somebody spoils the Secret, it is made anew
        Secret spoiled =
                new SecretBuilder(secret()).addToData("tls.key", "AAAA").build();
        client.resource(spoiled).update();
        runUntilDone(replica);
        assertServes(replica, trusted());
        assertThat(replica.current()).isNotSameAs(before);
    }

    @Test
    void shouldTrustWhatOtherReplicasServeWhenTheSecretIsLost() throws Exception {
        // Given two replicas
        configure();
        SelfManagedCertificates first = replica();
        SelfManagedCertificates second = replica();
        runUntilDone(first);
        runUntilDone(second);
        X509Certificate old = authorities(trusted()).getFirst();
        now.updateAndGet(time -> time.plus(Duration.ofDays(1)));

        // When somebody deletes the Secret, and one of them has looked
        client.resource(secret()).delete();
        runUntilDone(first);

        // Then it serves something new, and both are trusted, also after the other one has looked
        assertThat(first.current().certificate()).isNotEqualTo(second.current().certificate());
        assertServes(first, trusted());
        assertServes(second, trusted());
        runUntilDone(second);
        assertThat(second.current().certificate()).isEqualTo(first.current().certificate());
        assertServes(second, trusted());

        // And the old authority leaves when it has expired
        assertThat(authorities(trusted())).contains(old);
        for (int day = 0; day < 30; day++) {
            now.updateAndGet(time -> time.plus(Duration.ofDays(1)));
            runUntilDone(first);
        }
        assertThat(authorities(trusted())).doesNotContain(old);
        assertServes(first, trusted());
    }

    @Test
    void shouldNotPileUpAuthoritiesWhenTheSecretIsLostAgainAndAgain() throws Exception {
        configure();
        SelfManagedCertificates replica = replica();

        for (int i = 0; i < 6; i++) {
            runUntilDone(replica);
            client.resource(secret()).delete();
        }
        runUntilDone(replica);

        assertThat(authorities(trusted())).hasSize(CaBundle.MOST_CARRIED_OVER + 1);
        assertServes(replica, trusted());
    }

    @Test
    void shouldBeginWithAPlaceholderForTheCaBundle() throws Exception {
        configure();
        trust("\n");

        SelfManagedCertificates replica = replica();
        runUntilDone(replica);

        assertServes(replica, trusted());
    }

    @Test
    void shouldServeBeforeThereIsAConfiguration() throws Exception {
        SelfManagedCertificates replica = replica();
        runUntilDone(replica);
        assertThat(replica.current()).isNotNull();

        configure();
        runUntilDone(replica);

        assertServes(replica, trusted());
    }

    @Test
    void shouldTakeAnotherCertificateForAnotherService() throws Exception {
        configure();
        runUntilDone(replica());
        where = new SelfManaged(NAMESPACE, "certificates", "other", "our-webhooks", folder.resolve("kubeconfig"));

        SelfManagedCertificates renamed = replica();
        runUntilDone(renamed);

        assertThat(names(renamed)).contains("other.default.svc");
        assertServes(renamed, trusted());
    }

    private SelfManagedCertificates replica() {
        SelfManagedCertificates replica = new SelfManagedCertificates(where, WEBHOOK, null, POLICY, now::get);
        replicas.add(replica);
        return replica;
    }

    private static void runUntilDone(SelfManagedCertificates replica) throws Exception {
        for (int i = 0; i < 10; i++) {
            if (!replica.runOnce()) {
                return;
            }
        }
        throw new AssertionError("it does not come to an end");
    }

    private void assertServes(SelfManagedCertificates replica, String trustedPem) throws Exception {
        X509Certificate certificate = replica.current().certificate();
        Set<TrustAnchor> anchors = new HashSet<>();
        for (X509Certificate authority : authorities(trustedPem)) {
            // The JDK does not look at the dates of an anchor; API servers do.
            if (!now.get().isAfter(authority.getNotAfter().toInstant())) {
                anchors.add(new TrustAnchor(authority, null));
            }
        }
        PKIXParameters parameters = new PKIXParameters(anchors);
        parameters.setDate(Date.from(now.get()));
        parameters.setRevocationEnabled(false);
        assertThatCode(() -> CertPathValidator.getInstance("PKIX")
                        .validate(
                                CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)),
                                parameters))
                .as("at %s", now.get())
                .doesNotThrowAnyException();
    }

    private static List<String> names(SelfManagedCertificates replica) throws Exception {
        return replica.current().certificate().getSubjectAlternativeNames().stream()
                .map(name -> name.get(1).toString())
                .toList();
    }

    private static List<X509Certificate> authorities(String pem) throws Exception {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(UTF_8)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    private void configure() {
        client.resource(new MutatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName("our-webhooks")
                        .endMetadata()
                        .addNewWebhook()
                        .withName("other.example")
                        .withNewClientConfig()
                        .withUrl("https://127.0.0.1:1/")
                        .endClientConfig()
                        .withSideEffects("None")
                        .withAdmissionReviewVersions("v1")
                        .endWebhook()
                        .addNewWebhook()
                        .withName(WEBHOOK)
                        .withNewClientConfig()
                        .withUrl("https://127.0.0.1:1/")
                        .endClientConfig()
                        .withSideEffects("NoneOnDryRun")
                        .withAdmissionReviewVersions("v1")
                        .endWebhook()
                        .build())
                .create();
    }

    private Secret secret() {
        return client.secrets().inNamespace(NAMESPACE).withName("certificates").get();
    }

    private String bundle(int webhook) {
        return client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName("our-webhooks")
                .get()
                .getWebhooks()
                .get(webhook)
                .getClientConfig()
                .getCaBundle();
    }

    private String trusted() {
        return new String(Base64.getDecoder().decode(bundle(1)), UTF_8);
    }

    private void trust(String pem) {
        CertificateStore store = new CertificateStore(client, where, WEBHOOK);
        assertThat(store.trust(store.configuration(), pem)).isTrue();
    }
}
