package dev.injectionauditor.localstack.cluster;

import dev.injectionauditor.localstack.cluster.admission.AdmissionCall;
import dev.injectionauditor.localstack.cluster.admission.FailOpenLedger;
import dev.injectionauditor.localstack.cluster.admission.MutatingAdmission;
import dev.injectionauditor.localstack.cluster.admission.WebhookCaller;
import dev.injectionauditor.localstack.cluster.api.Api;
import dev.injectionauditor.localstack.cluster.api.ApiServer;
import dev.injectionauditor.localstack.cluster.api.Creation;
import dev.injectionauditor.localstack.cluster.api.Deletion;
import dev.injectionauditor.localstack.cluster.controller.Controllers;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.Store;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/** A running simulation of a cluster with the namespaces {@code default} and {@code kube-system}. */
public final class SimulatedCluster implements AutoCloseable {

    private static final List<String> NAMESPACES = List.of("default", "kube-system");

    private final Store store = new Store();
    private final FailOpenLedger ledger = new FailOpenLedger();
    private final WebhookCaller webhooks = new WebhookCaller(store);
    private final Api api;
    private ApiServer server;
    private final Controllers controllers;

    private SimulatedCluster(int port, InstantSource clock) throws IOException {
        MutatingAdmission admission = new MutatingAdmission(store, webhooks);
        api = new Api(store, new Creation(store, admission, ledger, clock), new Deletion(store, clock), clock);
        for (String name : NAMESPACES) {
            var namespace = Json.object().put("kind", "Namespace").put("apiVersion", "v1");
            Json.meta(namespace).put("name", name);
            api.create(Kind.NAMESPACE, "", namespace, "system:apiserver", false);
        }
        server = new ApiServer(api, port);
        controllers = new Controllers(api, clock);
    }

    /**
     * Starts a cluster.
     *
     * @param port of 127.0.0.1; 0 for any that is free
     * @param clock the API server's, of which creationTimestamps are
     */
    public static SimulatedCluster start(int port, InstantSource clock) throws IOException {
        return new SimulatedCluster(port, clock);
    }

    /** Address of the API server, by plain HTTP. */
    public String url() {
        return "http://127.0.0.1:" + server.port();
    }

    /** Writes a file that clients and the services take as {@code --kubeconfig}. */
    public void writeKubeconfig(Path file) throws IOException {
        Files.writeString(file, """
                apiVersion: v1
                kind: Config
                current-context: simulation
                contexts:
                - name: simulation
                  context: {cluster: simulation, user: simulation}
                clusters:
                - name: simulation
                  cluster: {server: "%s"}
                users:
                - name: simulation
                  user: {}
                """.formatted(url()));
    }

    /** A client of this cluster and of nothing else; the caller closes it. */
    public KubernetesClient client() {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl(url())
                .withNamespace("default")
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /**
     * uids of objects that were stored although this webhook gave no valid answer. No real API server tells; tests
     * judge by it.
     */
    public List<String> storedAfterFailingOpen(String webhook) {
        return calls(webhook).stream()
                .filter(call -> !call.applied() && !call.dryRun())
                .map(AdmissionCall::uid)
                .toList();
    }

    /** All calls of a webhook for objects that were created, dry runs included. Tests judge by it. */
    public List<AdmissionCall> calls(String webhook) {
        return ledger.calls(webhook);
    }

    /** Stops the API server and starts it again on the same port; what is stored stays, and controllers go on. */
    public void restartApiServer() throws IOException {
        int port = server.port();
        server.close();
        server = new ApiServer(api, port);
    }

    /** Ends all watches that are running; clients resume them. */
    public void cutWatches() {
        server.cutWatches();
    }

    /** Forgets all changes and ends all watches: clients that resume learn that they have to list again. */
    public void expireWatches() {
        store.compact();
        server.cutWatches();
    }

    @Override
    public void close() {
        controllers.close();
        server.close();
        webhooks.close();
    }
}
