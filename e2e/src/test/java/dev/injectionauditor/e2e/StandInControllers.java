package dev.injectionauditor.e2e;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * As much of kube-controller-manager as recreation needs, for a control plane without it: ReplicaSets and StatefulSets
 * get the Pods that they lack, and budgets with {@code maxUnavailable} say how many Pods may go.
 */
final class StandInControllers implements AutoCloseable {

    private static final long LOOK_EVERY_MILLIS = 200;

    private final KubernetesClient client;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

    StandInControllers(KubernetesClient client) {
        this.client = client;
        thread.scheduleWithFixedDelay(this::look, 0, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            client.apps()
                    .replicaSets()
                    .inNamespace(Stage.NAMESPACE)
                    .list()
                    .getItems()
                    .forEach(this::fill);
            client.apps()
                    .statefulSets()
                    .inNamespace(Stage.NAMESPACE)
                    .list()
                    .getItems()
                    .forEach(this::fill);
            client.policy()
                    .v1()
                    .podDisruptionBudget()
                    .inNamespace(Stage.NAMESPACE)
                    .list()
                    .getItems()
                    .forEach(this::tell);
        } catch (KubernetesClientException e) {
            System.err.println("the stand-in controllers failed: " + e.getMessage());
        }
    }

    private void fill(ReplicaSet owner) {
        long there = podsOf(owner).stream().filter(StandInControllers::stays).count();
        for (long i = there; i < owner.getSpec().getReplicas(); i++) {
            PodBuilder pod = pod(owner, owner.getSpec().getTemplate());
            client.resource(pod.editMetadata()
                            .withGenerateName(owner.getMetadata().getName() + "-")
                            .endMetadata()
                            .build())
                    .create();
        }
    }

    private void fill(StatefulSet owner) {
        List<String> names =
                podsOf(owner).stream().map(pod -> pod.getMetadata().getName()).toList();
        IntStream.range(0, owner.getSpec().getReplicas())
                .mapToObj(ordinal -> owner.getMetadata().getName() + "-" + ordinal)
                .filter(name -> !names.contains(name))
                .forEach(name -> client.resource(pod(owner, owner.getSpec().getTemplate())
                                .editMetadata()
                                .withName(name)
                                .endMetadata()
                                .build())
                        .create());
    }

    private static PodBuilder pod(HasMetadata owner, PodTemplateSpec template) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(owner.getMetadata().getNamespace())
                .withLabels(template.getMetadata().getLabels())
                .addNewOwnerReference()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withSpec(template.getSpec());
    }

    private List<Pod> podsOf(HasMetadata owner) {
        return client.pods().inNamespace(owner.getMetadata().getNamespace()).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getOwnerReferences().stream()
                        .anyMatch(reference ->
                                reference.getUid().equals(owner.getMetadata().getUid())))
                .toList();
    }

    private static boolean stays(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null;
    }

    /** The selector of a budget names a ReplicaSet: that is so in {@code Manifests}. */
    private void tell(PodDisruptionBudget budget) {
        String app = budget.getSpec().getSelector().getMatchLabels().get("app");
        ReplicaSet owner = Objects.requireNonNull(client.apps()
                .replicaSets()
                .inNamespace(Stage.NAMESPACE)
                .withName(app)
                .get());
        int expected = owner.getSpec().getReplicas();
        int healthy = (int) podsOf(owner).stream()
                .filter(pod -> stays(pod) && "Running".equals(pod.getStatus().getPhase()))
                .count();
        int desired = expected - budget.getSpec().getMaxUnavailable().getIntVal();
        client.resource(new PodDisruptionBudgetBuilder(budget)
                        .withNewStatus()
                        .withObservedGeneration(budget.getMetadata().getGeneration())
                        .withExpectedPods(expected)
                        .withCurrentHealthy(healthy)
                        .withDesiredHealthy(desired)
                        .withDisruptionsAllowed(Math.max(0, healthy - desired))
                        .endStatus()
                        .build())
                .patchStatus();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
