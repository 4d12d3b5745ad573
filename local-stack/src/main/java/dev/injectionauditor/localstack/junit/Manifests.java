package dev.injectionauditor.localstack.junit;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/** Objects that tests create. Their Pods have one container, {@code main}, and the label {@code app}: their name. */
public final class Manifests {

    private static final KubernetesSerialization YAML = new KubernetesSerialization();

    private static final String TEMPLATE = """
              selector: {matchLabels: {app: "%1$s"}}
              template:
                metadata: {labels: {app: "%1$s"}}
                spec: {containers: [{name: main, image: "image:1"}]}
            """;

    private Manifests() {}

    public static Namespace namespace(String name) {
        return YAML.unmarshal("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: "%s"}
                """.formatted(name), Namespace.class);
    }

    public static Pod pod(String namespace, String name) {
        return YAML.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {namespace: "%1$s", name: "%2$s", labels: {app: "%2$s"}}
                spec: {containers: [{name: main, image: "image:1"}]}
                """.formatted(namespace, name), Pod.class);
    }

    public static ReplicaSet replicaSet(String namespace, String name, int replicas) {
        return YAML.unmarshal("""
                apiVersion: apps/v1
                kind: ReplicaSet
                metadata: {namespace: "%s", name: "%s"}
                spec:
                  replicas: %d
                """.formatted(namespace, name, replicas) + TEMPLATE.formatted(name), ReplicaSet.class);
    }

    public static StatefulSet statefulSet(String namespace, String name, int replicas) {
        return YAML.unmarshal("""
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {namespace: "%1$s", name: "%2$s"}
                spec:
                  serviceName: "%2$s"
                  replicas: %3$d
                """.formatted(namespace, name, replicas) + TEMPLATE.formatted(name), StatefulSet.class);
    }

    /**
     * A budget for the Pods with a label {@code app}.
     *
     * @param allowance such as {@code minAvailable: 1}
     */
    public static PodDisruptionBudget budget(String namespace, String name, String app, String allowance) {
        return YAML.unmarshal("""
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {namespace: "%s", name: "%s"}
                spec:
                  %s
                  selector: {matchLabels: {app: "%s"}}
                """.formatted(namespace, name, allowance, app), PodDisruptionBudget.class);
    }

    /**
     * Has a webhook called for the new Pods of a namespace.
     *
     * @param name of the webhook, and of its configuration
     * @param url where it listens
     * @param caBundle in base64; empty for none
     */
    public static MutatingWebhookConfiguration webhook(String name, String namespace, String url, String caBundle) {
        return YAML.unmarshal(
                """
                apiVersion: admissionregistration.k8s.io/v1
                kind: MutatingWebhookConfiguration
                metadata: {name: "%1$s"}
                webhooks:
                - name: "%1$s"
                  clientConfig: {url: "%3$s"%4$s}
                  rules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [pods], scope: Namespaced}]
                  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "%2$s"}}
                  failurePolicy: Ignore
                  timeoutSeconds: 2
                  sideEffects: NoneOnDryRun
                  admissionReviewVersions: [v1]
                """.formatted(name, namespace, url, caBundle.isEmpty() ? "" : ", caBundle: " + caBundle),
                MutatingWebhookConfiguration.class);
    }
}
