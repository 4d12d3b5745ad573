package dev.injectionauditor.e2e;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A cluster that the suite runs on. Scenarios ask what can be done to it, never which one it is. */
interface Cluster extends AutoCloseable {

    /** For people: which one it is, and its version. */
    String description();

    /** What the services take as {@code --kubeconfig}. */
    Path kubeconfig();

    /** A client with all rights; closed with the cluster. */
    KubernetesClient client();

    /** Where its API servers reach this machine. */
    default String webhookHost() {
        return "127.0.0.1";
    }

    /** Address of this machine that a webhook has to listen on for them. */
    default String listenAddress() {
        return "127.0.0.1";
    }

    /** Lets its API servers reach this port of this machine. */
    default void expose(int port) {}

    /** Whether Deployments get Pods, and evicted Pods are replaced. */
    default boolean hasControllers() {
        return true;
    }

    /** Who says what the API servers did. For people. */
    String witness();

    /** All calls of a webhook for Pods that were created, dry runs included, in any order. */
    List<Call> calls(String webhook);

    /** How often the API servers say that they failed open for the webhook; empty if they don't say. */
    default OptionalLong failOpenCount(String webhook) {
        return OptionalLong.empty();
    }

    /** Restarts an API server with all that is stored; false if that cannot be done here. */
    default boolean restartApiServer() throws IOException, InterruptedException {
        return false;
    }

    /**
     * A second API server of the same cluster, which calls webhooks with {@link #SECOND_TOKEN}; empty if there is none.
     */
    default Optional<KubernetesClient> secondApiServer() {
        return Optional.empty();
    }

    /** What the second API server authenticates itself with, as a bearer token. */
    String SECOND_TOKEN = "second-api-server";

    @Override
    void close() throws IOException;
}
