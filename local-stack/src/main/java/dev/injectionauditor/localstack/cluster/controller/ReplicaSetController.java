package dev.injectionauditor.localstack.cluster.controller;

import dev.injectionauditor.localstack.cluster.api.Api;
import dev.injectionauditor.localstack.cluster.controller.Controllers.Controller;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.Owners;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.node.ObjectNode;

/** Creates and deletes Pods until each ReplicaSet has as many as it wants; terminating ones do not count. */
final class ReplicaSetController implements Controller {

    private static final String USER = "system:serviceaccount:kube-system:replicaset-controller";

    private final Api api;

    ReplicaSetController(Api api) {
        this.api = api;
    }

    @Override
    public void reconcile() {
        // Creations wait for webhooks, so they must not wait for each other.
        try (ExecutorService creations = Executors.newVirtualThreadPerTaskExecutor()) {
            Controllers.each(api.store().list(Kind.REPLICA_SET, null).objects(), set -> {
                if (!Json.isTerminating(set)) {
                    reconcile(set, creations);
                }
            });
        }
    }

    private void reconcile(ObjectNode set, ExecutorService creations) {
        String namespace = Json.namespace(set);
        List<ObjectNode> pods = api.store().list(Kind.POD, namespace).objects().stream()
                .filter(pod -> Owners.isControlledBy(pod, set))
                .filter(PodTemplate::isActive)
                .sorted(Comparator.comparing((ObjectNode pod) -> Json.textOrEmpty(pod, "metadata", "creationTimestamp"))
                        .reversed())
                .toList();
        int wanted = Json.number(set, 1, "spec", "replicas");
        for (int missing = pods.size(); missing < wanted; missing++) {
            ObjectNode pod = PodTemplate.pod(set);
            Json.meta(pod).put("generateName", Json.name(set) + "-");
            creations.submit(() -> api.create(Kind.POD, namespace, pod, USER, false));
        }
        pods.stream()
                .limit(Math.max(0, pods.size() - wanted))
                .forEach(pod -> api.delete(new Key(Kind.POD, namespace, Json.name(pod)), Json.object(), false));
        report(set, pods);
    }

    private void report(ObjectNode set, List<ObjectNode> pods) {
        long ready = pods.stream().filter(PodTemplate::isRunning).count();
        api.store().update(new Key(Kind.REPLICA_SET, Json.namespace(set), Json.name(set)), current -> {
            Json.child(current, "status")
                    .put("observedGeneration", Json.number(set, 0, "metadata", "generation"))
                    .put("replicas", pods.size())
                    .put("readyReplicas", (int) ready)
                    .put("availableReplicas", (int) ready);
            return current;
        });
    }
}
