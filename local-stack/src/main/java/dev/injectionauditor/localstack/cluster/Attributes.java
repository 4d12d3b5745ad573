package dev.injectionauditor.localstack.cluster;

import tools.jackson.databind.node.ObjectNode;

/**
 * What admission knows of a request to create an object.
 *
 * @param namespace empty for objects of the cluster
 * @param name empty while it is to be generated
 * @param user who asks
 */
record Attributes(Kind kind, String namespace, String name, String user, boolean dryRun) {

    /** The AdmissionReview that a webhook gets. */
    ObjectNode review(String uid, ObjectNode object) {
        ObjectNode review = Json.object().put("kind", "AdmissionReview").put("apiVersion", "admission.k8s.io/v1");
        ObjectNode request = review.putObject("request").put("uid", uid);
        for (String field : new String[] {"kind", "requestKind"}) {
            request.putObject(field)
                    .put("group", kind.group())
                    .put("version", kind.version())
                    .put("kind", kind.name());
        }
        for (String field : new String[] {"resource", "requestResource"}) {
            request.putObject(field)
                    .put("group", kind.group())
                    .put("version", kind.version())
                    .put("resource", kind.plural());
        }
        if (!name.isEmpty()) {
            request.put("name", name);
        }
        if (!namespace.isEmpty()) {
            request.put("namespace", namespace);
        }
        request.put("operation", "CREATE");
        request.putObject("userInfo").put("username", user).putArray("groups").add("system:authenticated");
        request.set("object", object);
        request.putNull("oldObject");
        request.put("dryRun", dryRun);
        request.putObject("options").put("kind", "CreateOptions").put("apiVersion", "meta.k8s.io/v1");
        return review;
    }
}
