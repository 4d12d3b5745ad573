package dev.injectionauditor.localstack.cluster.controller;

import dev.injectionauditor.localstack.cluster.api.Api;
import dev.injectionauditor.localstack.cluster.controller.Controllers.Controller;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.Owners;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Deletes what no longer has an owner, in the background, whatever propagation a deletion asked for. */
final class GarbageCollector implements Controller {

    private final Api api;

    GarbageCollector(Api api) {
        this.api = api;
    }

    @Override
    public void reconcile() {
        for (Kind kind : Kind.inNamespaces()) {
            for (ObjectNode object : api.store().list(kind, null).objects()) {
                List<Owners.Owner> owners = Owners.all(object).toList();
                boolean isOrphan = !owners.isEmpty()
                        && owners.stream()
                                .allMatch(owner -> owner.find(api.store()).isEmpty());
                if (isOrphan && !Json.isTerminating(object)) {
                    api.delete(new Key(kind, Json.namespace(object), Json.name(object)), Json.object(), false);
                }
            }
        }
    }
}
