package dev.injectionauditor.localstack.cluster.controller;

import dev.injectionauditor.localstack.cluster.api.Api;
import dev.injectionauditor.localstack.cluster.controller.Controllers.Controller;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.Owners;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import tools.jackson.databind.node.ObjectNode;

/** Keeps a ReplicaSet for the template of each Deployment. A new template replaces the old one at once. */
final class DeploymentController implements Controller {

    private static final String USER = "system:serviceaccount:kube-system:deployment-controller";
    private static final String HASH_LABEL = "pod-template-hash";

    private final Api api;

    DeploymentController(Api api) {
        this.api = api;
    }

    @Override
    public void reconcile() {
        Controllers.each(api.store().list(Kind.DEPLOYMENT, null).objects(), deployment -> {
            if (!Json.isTerminating(deployment)) {
                reconcile(deployment);
            }
        });
    }

    private void reconcile(ObjectNode deployment) {
        String hash = hash(deployment);
        List<ObjectNode> sets = api.store().list(Kind.REPLICA_SET, Json.namespace(deployment)).objects().stream()
                .filter(set -> Owners.isControlledBy(set, deployment))
                .toList();
        Optional<ObjectNode> current = sets.stream()
                .filter(set -> hash.equals(Json.labels(set).get(HASH_LABEL)))
                .findFirst();
        int replicas = Json.number(deployment, 1, "spec", "replicas");
        if (current.isEmpty()) {
            api.create(
                    Kind.REPLICA_SET, Json.namespace(deployment), replicaSet(deployment, hash, replicas), USER, false);
        }
        for (ObjectNode set : sets) {
            scale(set, current.filter(set::equals).isPresent() ? replicas : 0);
        }
        current.ifPresent(set -> report(deployment, set));
    }

    private void scale(ObjectNode set, int replicas) {
        if (Json.number(set, 1, "spec", "replicas") != replicas) {
            api.store().update(new Key(Kind.REPLICA_SET, Json.namespace(set), Json.name(set)), current -> {
                Json.child(current, "spec").put("replicas", replicas);
                return current;
            });
        }
    }

    private void report(ObjectNode deployment, ObjectNode set) {
        api.store().update(new Key(Kind.DEPLOYMENT, Json.namespace(deployment), Json.name(deployment)), current -> {
            ObjectNode status = Json.child(current, "status");
            status.put("observedGeneration", Json.number(deployment, 0, "metadata", "generation"));
            for (String field : new String[] {"replicas", "readyReplicas", "availableReplicas"}) {
                status.put(field, Json.number(set, 0, "status", field));
            }
            return current;
        });
    }

    private static ObjectNode replicaSet(ObjectNode deployment, String hash, int replicas) {
        ObjectNode set = Json.object().put("kind", "ReplicaSet").put("apiVersion", "apps/v1");
        ObjectNode meta = Json.meta(set).put("name", Json.name(deployment) + "-" + hash);
        ObjectNode spec = Json.child(set, "spec").put("replicas", replicas);
        spec.set("selector", Json.at(deployment, "spec", "selector").deepCopy());
        Json.child(Json.child(spec, "selector"), "matchLabels").put(HASH_LABEL, hash);
        spec.set("template", Json.at(deployment, "spec", "template").deepCopy());
        Json.child(Json.meta(Json.child(spec, "template")), "labels").put(HASH_LABEL, hash);
        meta.set("labels", Json.at(spec, "template", "metadata", "labels").deepCopy());
        Owners.add(set, deployment);
        return set;
    }

    private static String hash(ObjectNode deployment) {
        CRC32 checksum = new CRC32();
        checksum.update(Json.MAPPER.writeValueAsBytes(Json.at(deployment, "spec", "template")));
        return Long.toString(checksum.getValue(), Character.MAX_RADIX);
    }
}
