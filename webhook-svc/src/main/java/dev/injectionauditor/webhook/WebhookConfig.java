package dev.injectionauditor.webhook;

import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.webhook.admission.ServiceHost;
import dev.injectionauditor.webhook.http.HttpLimits;
import dev.injectionauditor.webhook.http.TlsIdentity;
import java.net.InetSocketAddress;

/**
 * How the service runs, checked.
 *
 * @param webhook the cluster, and the webhook's name in its MutatingWebhookConfiguration
 * @param host the value to inject
 * @param replica which replica this is, for the events
 * @param address where the API server calls; port 0 takes any free one
 * @param managementAddress where health, readiness and metrics are; port 0 takes any free one
 * @param tls certificate and key to serve with
 * @param limits what a connection may take up
 * @param backlogCapacity how many events wait for Kafka at most, at least 1
 * @param kafka how to reach Kafka
 */
record WebhookConfig(
        WatchedWebhook webhook,
        ServiceHost host,
        String replica,
        InetSocketAddress address,
        InetSocketAddress managementAddress,
        TlsIdentity tls,
        HttpLimits limits,
        int backlogCapacity,
        KafkaSettings kafka) {}
