package dev.injectionauditor.localstack.cluster.object;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A kind of object that the API server serves.
 *
 * @param group API group, empty for the core group
 * @param plural name in URLs
 * @param name such as {@code Pod}
 * @param subresources those it has
 */
public record Kind(
        String group, String version, String plural, String name, boolean namespaced, Set<String> subresources) {

    /** Pods; the kinds below are what their names say. */
    public static final Kind POD = new Kind("", "v1", "pods", "Pod", true, Set.of("status", "eviction"));

    public static final Kind NAMESPACE = new Kind("", "v1", "namespaces", "Namespace", false, Set.of("status"));
    public static final Kind DEPLOYMENT = scalable("deployments", "Deployment");
    public static final Kind REPLICA_SET = scalable("replicasets", "ReplicaSet");
    public static final Kind STATEFUL_SET = scalable("statefulsets", "StatefulSet");
    public static final Kind DISRUPTION_BUDGET =
            new Kind("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, Set.of("status"));
    public static final Kind MUTATING_WEBHOOKS = new Kind(
            "admissionregistration.k8s.io",
            "v1",
            "mutatingwebhookconfigurations",
            "MutatingWebhookConfiguration",
            false,
            Set.of());
    public static final Kind ENDPOINT_SLICE = plain("discovery.k8s.io", "endpointslices", "EndpointSlice");

    static final Kind LEASE = plain("coordination.k8s.io", "leases", "Lease");

    private static final List<Kind> ALL = List.of(
            POD,
            NAMESPACE,
            DEPLOYMENT,
            REPLICA_SET,
            STATEFUL_SET,
            DISRUPTION_BUDGET,
            MUTATING_WEBHOOKS,
            ENDPOINT_SLICE,
            plain("", "services", "Service"),
            plain("", "serviceaccounts", "ServiceAccount"),
            plain("", "configmaps", "ConfigMap"),
            plain("", "secrets", "Secret"),
            plain("", "events", "Event"),
            plain("events.k8s.io", "events", "Event"),
            plain("apps", "daemonsets", "DaemonSet"),
            plain("batch", "jobs", "Job"),
            LEASE);

    private static final Set<String> WITHOUT_GENERATION =
            Set.of("namespaces", "services", "serviceaccounts", "configmaps", "secrets", "events", "leases");

    private static Kind plain(String group, String plural, String name) {
        return new Kind(group, "v1", plural, name, true, Set.of());
    }

    private static Kind scalable(String plural, String name) {
        return new Kind("apps", "v1", plural, name, true, Set.of("status", "scale"));
    }

    /** The kind that a path names; empty if there is none of it here. */
    public static Optional<Kind> find(String group, String version, String plural) {
        return ALL.stream()
                .filter(kind -> kind.group.equals(group) && kind.version.equals(version) && kind.plural.equals(plural))
                .findFirst();
    }

    static Optional<Kind> named(String apiVersion, String name) {
        return ALL.stream()
                .filter(kind -> kind.apiVersion().equals(apiVersion) && kind.name.equals(name))
                .findFirst();
    }

    /** Those whose objects live in a namespace. */
    public static List<Kind> inNamespaces() {
        return ALL.stream().filter(Kind::namespaced).toList();
    }

    /** Group and version, as in {@code apiVersion} of an object. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** Whether the API server counts the changes of what is wanted. */
    public boolean hasGeneration() {
        return !WITHOUT_GENERATION.contains(plural);
    }

    /** Whether a PUT has to say which version it replaces. */
    public boolean needsVersion() {
        return equals(LEASE) || equals(MUTATING_WEBHOOKS);
    }

    /** As error messages name it. */
    String resource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }
}
