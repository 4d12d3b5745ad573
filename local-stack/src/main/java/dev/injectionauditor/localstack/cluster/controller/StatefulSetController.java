package dev.injectionauditor.localstack.cluster.controller;

import dev.injectionauditor.localstack.cluster.api.Api;
import dev.injectionauditor.localstack.cluster.controller.Controllers.Controller;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.Owners;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Creates the Pods of StatefulSets one after the other; a name is given again once the Pod that had it is gone. */
final class StatefulSetController implements Controller {

    private static final String USER = "system:serviceaccount:kube-system:statefulset-controller";

    private final Api api;

    StatefulSetController(Api api) {
        this.api = api;
    }

    @Override
    public void reconcile() {
        Controllers.each(api.store().list(Kind.STATEFUL_SET, null).objects(), set -> {
            if (!Json.isTerminating(set)) {
                reconcile(set);
            }
        });
    }

    private void reconcile(ObjectNode set) {
        int wanted = Json.number(set, 1, "spec", "replicas");
        int running = 0;
        while (running < wanted
                && pod(set, running).filter(PodTemplate::isRunning).isPresent()) {
            running++;
        }
        if (running < wanted && pod(set, running).isEmpty()) {
            ObjectNode pod = PodTemplate.pod(set);
            String name = Json.name(set) + "-" + running;
            Json.meta(pod).put("name", name);
            Json.child(Json.meta(pod), "labels")
                    .put("statefulset.kubernetes.io/pod-name", name)
                    .put("apps.kubernetes.io/pod-index", Integer.toString(running));
            api.create(Kind.POD, Json.namespace(set), pod, USER, false);
        }
        int last = wanted;
        while (pod(set, last).isPresent()) {
            last++;
        }
        if (last > wanted && !pod(set, last - 1).filter(Json::isTerminating).isPresent()) {
            // The last one goes first, and the next when that is gone.
            api.delete(key(set, last - 1), Json.object(), false);
        }
        report(set, running);
    }

    private void report(ObjectNode set, int running) {
        api.store().update(new Key(Kind.STATEFUL_SET, Json.namespace(set), Json.name(set)), current -> {
            Json.child(current, "status")
                    .put("observedGeneration", Json.number(set, 0, "metadata", "generation"))
                    .put("replicas", running)
                    .put("readyReplicas", running);
            return current;
        });
    }

    private Optional<ObjectNode> pod(ObjectNode set, int ordinal) {
        return api.store().get(key(set, ordinal)).filter(pod -> Owners.isControlledBy(pod, set));
    }

    private static Key key(ObjectNode set, int ordinal) {
        return new Key(Kind.POD, Json.namespace(set), Json.name(set) + "-" + ordinal);
    }
}
