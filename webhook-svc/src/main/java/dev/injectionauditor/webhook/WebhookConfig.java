package dev.injectionauditor.webhook;

import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.webhook.admission.ServiceHost;
import dev.injectionauditor.webhook.http.HttpLimits;
import dev.injectionauditor.webhook.spool.Spool;
import dev.injectionauditor.webhook.tls.CertificateSource;
import dev.injectionauditor.webhook.tls.ClientAuthority;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the service runs, checked.
 *
 * @param webhook the cluster, and the webhook's name in its MutatingWebhookConfiguration
 * @param host the value to inject
 * @param replica which replica this is, for the events
 * @param address where the API server calls; port 0 takes any free one
 * @param managementAddress where health, readiness and metrics are; port 0 takes any free one
 * @param certificate where the certificate to serve with comes from
 * @param clients who may call, null for everybody
 * @param limits what a connection may take up
 * @param drain how long the service goes on answering when it is told to stop, 0 for not at all
 * @param spoolFolder where events wait for Kafka, null for in memory
 * @param spoolBytes how much room they take up at most, at least {@link Spool#LEAST_BYTES}
 * @param kafka how to reach Kafka
 */
record WebhookConfig(
        WatchedWebhook webhook,
        ServiceHost host,
        String replica,
        InetSocketAddress address,
        InetSocketAddress managementAddress,
        CertificateSource certificate,
        @Nullable ClientAuthority clients,
        HttpLimits limits,
        Duration drain,
        @Nullable Path spoolFolder,
        long spoolBytes,
        KafkaSettings kafka) {}
