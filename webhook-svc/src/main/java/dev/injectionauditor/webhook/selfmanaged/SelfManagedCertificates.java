package dev.injectionauditor.webhook.selfmanaged;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.injectionauditor.service.Failures;
import dev.injectionauditor.service.Loop;
import dev.injectionauditor.webhook.selfmanaged.RenewalRule.Facts;
import dev.injectionauditor.webhook.selfmanaged.RenewalRule.Validity;
import dev.injectionauditor.webhook.tls.CertificateSource.SelfManaged;
import dev.injectionauditor.webhook.tls.Certificates;
import dev.injectionauditor.webhook.tls.ClientAuthority;
import dev.injectionauditor.webhook.tls.TlsIdentity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Certificates from a Secret that all replicas share, made and renewed by whichever of them comes first. */
public final class SelfManagedCertificates implements Certificates {

    private static final Logger LOG = LoggerFactory.getLogger(SelfManagedCertificates.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(30);
    private static final Validity NEVER = new Validity(Instant.MIN, Instant.MIN);
    private static final Facts NO_FACTS = new Facts(List.of(), -1, NEVER, false, null);

    private final SelfManaged where;
    private final String webhook;
    private final CertificatePolicy policy;
    private final InstantSource clock;
    private final @Nullable ClientAuthority clients;
    private final Pki pki = new Pki();
    private final Loop loop;
    private final LongAdder exchanged = new LongAdder();
    private volatile @Nullable TlsIdentity current;
    private volatile boolean newestUnusable;

    // Used by the thread of the loop, and after its end by the one that closes.
    private @Nullable KubernetesClient client;
    private String servedPem = "";
    private boolean toldOfMissingConfiguration;

    /**
     * Certificates that are not there yet.
     *
     * @param webhook name of the webhook in its MutatingWebhookConfiguration
     * @param clients who may call, null for everybody
     */
    public SelfManagedCertificates(
            SelfManaged where, String webhook, @Nullable ClientAuthority clients, InstantSource clock) {
        this(where, webhook, clients, CertificatePolicy.DEFAULT, clock);
    }

    SelfManagedCertificates(
            SelfManaged where,
            String webhook,
            @Nullable ClientAuthority clients,
            CertificatePolicy policy,
            InstantSource clock) {
        this.clients = clients;
        this.where = where;
        this.webhook = webhook;
        this.policy = policy;
        this.clock = clock;
        this.loop = new Loop("self-managed-certificates", this::runOnce, BETWEEN_LOOKS, clock);
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public @Nullable TlsIdentity current() {
        return current;
    }

    @Override
    public long exchanged() {
        return exchanged.sum();
    }

    @Override
    public boolean isNewestUnusable() {
        return newestUnusable;
    }

    /** Does the next thing there is to do; true if there may be more. */
    boolean runOnce() throws IOException, GeneralSecurityException {
        CertificateStore store = new CertificateStore(client(), where, webhook);
        Secret secret = store.secret();
        Certified certified = parse(secret);
        MutatingWebhookConfiguration configuration = store.configuration();
        List<X509Certificate> trusted = CaBundle.authorities(store.trusted(configuration));
        Renewal renewal = RenewalRule.decide(
                certified == null ? NO_FACTS : certified.facts(where.names(), trusted), policy, clock.instant());
        Certified renewed = renewed(certified, renewal, trusted);
        if (renewed != null) {
            boolean first = store.write(secret, renewed.data());
            LOG.atInfo()
                    .addKeyValue("what", renewal.getClass().getSimpleName())
                    .addKeyValue("byAnotherReplica", !first)
                    .log("Renewed the webhook's certificates");
            return true; // to read them as they are now
        }
        boolean changed = trust(store, configuration, certified);
        serve(certified);
        return changed;
    }

    private @Nullable Certified parse(@Nullable Secret secret) {
        if (secret == null) {
            return null;
        }
        try {
            return Certified.parse(CertificateStore.data(secret));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            LOG.atWarn()
                    .addKeyValue("secret", where.secret())
                    .addKeyValue("problem", Failures.inOneLine(e))
                    .log("The Secret does not hold the webhook's certificates; they are made anew");
            return null;
        }
    }

    /** What the Secret is to hold; null if it stays as it is. */
    private @Nullable Certified renewed(@Nullable Certified old, Renewal renewal, List<X509Certificate> trusted)
            throws GeneralSecurityException {
        Instant now = clock.instant();
        if (old == null) {
            return startedOver(trusted, now);
        }
        return switch (renewal) {
            case Renewal.Keep _ -> null;
            case Renewal.StartOver _ -> startedOver(trusted, now);
            case Renewal.AddAuthority _ -> old.withAuthority(pki.newAuthority(policy.authorityLife(), now));
            case Renewal.NoteTrust _ -> old.withTrustSince(now);
            case Renewal.SignServing _ -> old.withServing(newServing(old.newestAuthority(), now));
            case Renewal.ForgetExpired _ -> old.withoutExpired(now);
        };
    }

    /** With what is trusted now, so that the replicas that have not looked yet stay trusted with what they serve. */
    private Certified startedOver(List<X509Certificate> trusted, Instant now) throws GeneralSecurityException {
        Pki.Pair authority = pki.newAuthority(policy.authorityLife(), now);
        List<X509Certificate> authorities = new ArrayList<>(CaBundle.carriedOver(trusted, now));
        authorities.add(authority.certificate());
        return new Certified(authorities, authority.key(), null, newServing(authority, now));
    }

    private Pki.Pair newServing(Pki.Pair authority, Instant now) throws GeneralSecurityException {
        return pki.newServing(authority, where.names(), policy.servingLife(), now);
    }

    /** Makes API servers trust the authorities; true if that changed something, or would have to. */
    private boolean trust(
            CertificateStore store, @Nullable MutatingWebhookConfiguration configuration, Certified certified) {
        if (configuration == null || !store.hasWebhook(configuration)) {
            if (!toldOfMissingConfiguration) {
                toldOfMissingConfiguration = true;
                LOG.atWarn()
                        .addKeyValue("configuration", where.webhookConfiguration())
                        .addKeyValue("webhook", webhook)
                        .log(
                                "There is no such MutatingWebhookConfiguration or webhook yet, so its caBundle is not set");
            }
            return false;
        }
        toldOfMissingConfiguration = false;
        if (store.trusted(configuration).equals(certified.bundle())) {
            return false;
        }
        if (store.trust(configuration, certified.bundle())) {
            LOG.atInfo()
                    .addKeyValue("authorities", certified.authorities().size())
                    .log("Set the caBundle of the webhook");
        }
        return true;
    }

    private void serve(Certified certified) throws IOException, GeneralSecurityException {
        String pem = Pki.pem(certified.serving().certificate());
        if (pem.equals(servedPem)) {
            newestUnusable = false;
            return;
        }
        newestUnusable = true;
        TlsIdentity identity =
                TlsIdentity.of(pem.getBytes(UTF_8), Pki.pem(certified.serving().key()), clients);
        newestUnusable = false;
        if (current != null) {
            exchanged.increment();
        }
        current = identity;
        servedPem = pem;
        LOG.atInfo()
                .addKeyValue("validFrom", identity.notBefore())
                .addKeyValue("expires", identity.notAfter())
                .log("Took a certificate of our own for new connections");
    }

    private KubernetesClient client() {
        if (client == null) {
            Config config = where.kubeconfig() == null
                    ? Config.autoConfigure(null)
                    : Config.fromKubeconfig(where.kubeconfig().toFile());
            client = new KubernetesClientBuilder().withConfig(config).build();
        }
        return client;
    }

    @Override
    public void close() {
        loop.close();
        if (client != null) {
            client.close();
        }
    }
}
