package dev.injectionauditor.localstack.cluster.controller;

import dev.injectionauditor.localstack.cluster.api.Api;
import dev.injectionauditor.localstack.cluster.controller.Controllers.Controller;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import tools.jackson.databind.node.ObjectNode;

/** Empties namespaces that are being deleted, and then lets go of them. */
final class NamespaceController implements Controller {

    private final Api api;

    NamespaceController(Api api) {
        this.api = api;
    }

    @Override
    public void reconcile() {
        for (ObjectNode namespace : api.store().list(Kind.NAMESPACE, null).objects()) {
            if (Json.isTerminating(namespace) && empty(Json.name(namespace))) {
                api.store().delete(new Key(Kind.NAMESPACE, "", Json.name(namespace)), Json.uid(namespace));
            }
        }
    }

    private boolean empty(String namespace) {
        boolean isEmpty = true;
        for (Kind kind : Kind.inNamespaces()) {
            for (ObjectNode object : api.store().list(kind, namespace).objects()) {
                isEmpty = false;
                if (!Json.isTerminating(object)) {
                    api.delete(new Key(kind, namespace, Json.name(object)), Json.object(), false);
                }
            }
        }
        return isEmpty;
    }
}
