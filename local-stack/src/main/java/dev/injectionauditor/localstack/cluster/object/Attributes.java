package dev.injectionauditor.localstack.cluster.object;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What admission knows of a request to create an object.
 *
 * @param namespace empty for objects of the cluster
 * @param name empty while it is to be generated
 * @param user who asks
 */
public record Attributes(Kind kind, String namespace, String name, String user, boolean dryRun) {

    private static final String SERVICE_ACCOUNTS = "system:serviceaccount:";

    /** The AdmissionReview that a webhook gets. */
    public ObjectNode review(String uid, ObjectNode object) {
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
        // A namespace is in itself, as far as admission is concerned.
        String home = kind.equals(Kind.NAMESPACE) ? name : namespace;
        if (!home.isEmpty()) {
            request.put("namespace", home);
        }
        request.put("operation", "CREATE");
        ArrayNode groups = request.putObject("userInfo").put("username", user).putArray("groups");
        if (user.startsWith(SERVICE_ACCOUNTS)) {
            groups.add("system:serviceaccounts").add("system:serviceaccounts:" + user.split(":")[2]);
        }
        groups.add("system:authenticated");
        request.set("object", object);
        request.putNull("oldObject");
        request.put("dryRun", dryRun);
        ObjectNode options =
                request.putObject("options").put("kind", "CreateOptions").put("apiVersion", "meta.k8s.io/v1");
        if (dryRun) {
            options.putArray("dryRun").add("All");
        }
        return review;
    }
}
