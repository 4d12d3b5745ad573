package dev.injectionauditor.auditor.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.time.Duration;

/**
 * A client that asks once. By itself one tries again after 429 and 5xx, up to ten times, which takes minutes: too long
 * for those who look again anyway, and of no use where the answer tells what to do.
 */
public final class OneTry {

    private OneTry() {}

    /**
     * Such a view of a client.
     *
     * @param client stays as it is, and is what has to be closed
     * @param longestAnswer how long to wait for an answer, at least 1 ms
     */
    public static KubernetesClient of(KubernetesClient client, Duration longestAnswer) {
        return client.newClient(new RequestConfigBuilder()
                        .withRequestRetryBackoffLimit(0)
                        .withRequestTimeout((int) longestAnswer.toMillis())
                        .build())
                .adapt(KubernetesClient.class);
    }
}
