package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.injectionauditor.auditor.observe.pod.PodDecoding;
import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.localstack.RealApiServer;
import dev.injectionauditor.localstack.junit.Manifests;
import dev.injectionauditor.schema.OwnerRef;
import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a real API server says, where {@code KUBEBUILDER_ASSETS} names a folder with one. The controllers' part, the
 * status of budgets and of Pods, is played by the test.
 */
class RealApiServerIT {

    private static final String NAMESPACE = "default";

    @TempDir
    static Path folder;

    private static RealApiServer server;

    @BeforeAll
    static void start() throws Exception {
        assumeThat(RealApiServer.isInstalled())
                .as("KUBEBUILDER_ASSETS has kube-apiserver and etcd")
                .isTrue();
        server = new RealApiServer(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void shouldKeepToABudgetThatAllowsNoneAndThenOne() {
        // Given a running Pod
        Pod pod = running("budgeted");
        budget("budgeted", "budgeted", 0);

        // When, then
        assertThat(evict(pod)).isEqualTo(new EvictionAnswer.Budget());
        setAllowed("budgeted", 1);
        assertThat(evict(pod)).isEqualTo(new EvictionAnswer.Evicted());
        // It is bound to a node, so it is terminating until a kubelet lets go of it
        assertThat(server.client().resource(pod).get().getMetadata().getDeletionTimestamp())
                .isNotNull();
    }

    @Test
    void shouldSeeThatABudgetIsNotUpToDate() {
        // Given a budget that no controller has looked at: 429 with Retry-After, and the cause
        Pod pod = running("stale");
        server.client().resource(wanted("stale", "stale")).create();

        assertThat(evict(pod)).isInstanceOf(EvictionAnswer.Throttled.class);
    }

    @Test
    void shouldSeeTwoBudgets() {
        // Given a Pod under two budgets that would both let it go
        Pod pod = running("twice");
        budget("twice-a", "twice", 1);
        budget("twice-b", "twice", 1);

        assertThat(evict(pod)).isEqualTo(new EvictionAnswer.SeveralBudgets());
        assertThat(server.client().resource(pod).get().getMetadata().getDeletionTimestamp())
                .isNull();
    }

    @Test
    void shouldLeaveAnotherPodOfThatNameAlone() {
        // Given a Pod that was replaced under its name
        Pod old = pending("again");
        server.client().resource(old).withGracePeriod(0).delete();
        Pod replacement = pending("again");

        // When, then
        assertThat(evict(old)).isEqualTo(new EvictionAnswer.OtherPod());
        assertThat(server.client().resource(replacement).get().getMetadata().getDeletionTimestamp())
                .isNull();
        // And when there is none
        server.client().resource(replacement).withGracePeriod(0).delete();
        assertThat(evict(old)).isEqualTo(new EvictionAnswer.Gone());
    }

    @Test
    void shouldCreateABarePodAgain() {
        // Given a bare Pod, bound by a scheduler, with what admission and the API server have added
        Pod stored = running("by-hand");
        PodApi pods = new PodApi(server.client(), server.client());

        // When it is rehearsed, evicted and created again
        Pod wanted = BarePod.toBeCreated(stored);
        assertThat(pods.rehearse(wanted)).isInstanceOf(PodApi.Created.Yes.class);
        assertThat(pods.create(wanted)).isInstanceOf(PodApi.Created.NameTaken.class);
        assertThat(evict(stored)).isEqualTo(new EvictionAnswer.Evicted());
        server.client().resource(stored).withGracePeriod(0).delete();
        assertThat(pods.create(wanted)).isInstanceOf(PodApi.Created.Yes.class);

        // Then it is a new one of the same make, for a scheduler to place
        Pod created = server.client().resource(stored).get();
        assertThat(created.getMetadata().getUid())
                .isNotEqualTo(stored.getMetadata().getUid());
        assertThat(created.getSpec().getNodeName()).isNull();
        assertThat(created.getMetadata().getLabels())
                .isEqualTo(stored.getMetadata().getLabels());
        assertThat(created.getSpec().getContainers()).isEqualTo(stored.getSpec().getContainers());
    }

    @Test
    void shouldListThePodsOfAControllerInParts() throws Exception {
        // Given Pods of a controller among others, in more than one part
        OwnerRef owner = new OwnerRef("v1", "ReplicationController", "parts", new UUID(1, 1));
        for (int i = 0; i < 3; i++) {
            pending("parts-" + i + "-other");
            server.client()
                    .resource(OwnedPod.of(owner, NAMESPACE, "parts-" + i))
                    .create();
        }

        // When
        List<Pod> found = new PodApi(server.client(), PodDecoding.of(server.client()), 1).of(owner, NAMESPACE);

        // Then
        assertThat(found)
                .extracting(pod -> pod.getMetadata().getName())
                .containsExactly("parts-0", "parts-1", "parts-2");
    }

    @Test
    void shouldKnowThatTheNamespaceIsGone() {
        Pod pod = pending("homeless");
        Pod wanted = BarePod.toBeCreated(pod);
        wanted.getMetadata().setNamespace("nowhere");

        assertThat(new PodApi(server.client(), server.client()).create(wanted))
                .isInstanceOf(PodApi.Created.NoNamespace.class);
    }

    private static EvictionAnswer evict(Pod pod) {
        return new Evictor(server.client()).evict(PodMapper.ref(pod));
    }

    private static Pod pending(String name) {
        return server.client().resource(Manifests.pod(NAMESPACE, name)).create();
    }

    /** A Pod that is bound as a scheduler does it, and ready as a kubelet says it. */
    private static Pod running(String name) {
        pending(name);
        server.client()
                .raw(
                        "/api/v1/namespaces/" + NAMESPACE + "/pods/" + name + "/binding",
                        "POST",
                        new BindingBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .endMetadata()
                                .withNewTarget()
                                .withKind("Node")
                                .withName("node-1")
                                .endTarget()
                                .build());
        return server.client()
                .pods()
                .inNamespace(NAMESPACE)
                .withName(name)
                .editStatus(bound -> new PodBuilder(bound)
                        .editStatus()
                        .withPhase("Running")
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .endCondition()
                        .endStatus()
                        .build());
    }

    private static PodDisruptionBudget wanted(String name, String app) {
        return Manifests.budget(NAMESPACE, name, app, "minAvailable: 1");
    }

    private static void budget(String name, String app, int allowed) {
        server.client().resource(wanted(name, app)).create();
        setAllowed(name, allowed);
    }

    /** As the disruption controller would say it. */
    private static void setAllowed(String name, int allowed) {
        server.client()
                .policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(NAMESPACE)
                .withName(name)
                .editStatus(budget -> new PodDisruptionBudgetBuilder(budget)
                        .withNewStatus()
                        .withObservedGeneration(budget.getMetadata().getGeneration())
                        .withDisruptionsAllowed(allowed)
                        .withCurrentHealthy(1 + allowed)
                        .withDesiredHealthy(1)
                        .withExpectedPods(1 + allowed)
                        .endStatus()
                        .build());
    }
}
