package dev.injectionauditor.e2e;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Scheduler and kubelet of a cluster without nodes, by way of the API: Pods get a node, run and are ready at once, and
 * end at once when they have to. Pods that name another scheduler stay pending.
 */
final class FakeKubelet implements AutoCloseable {

    private static final String SCHEDULER = "default-scheduler";
    private static final String NODE = "e2e-node";
    private static final long RESYNC_MILLIS = 3_000;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final KubernetesClient client;
    private final ExecutorService threads =
            Executors.newFixedThreadPool(8, Thread.ofVirtual().factory());
    private final SharedIndexInformer<Pod> pods;

    FakeKubelet(KubernetesClient client) {
        this.client = client;
        client.nodes()
                .resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(NODE)
                        .endMetadata()
                        .build())
                .create();
        pods = client.pods().inAnyNamespace().runnableInformer(RESYNC_MILLIS);
        // Whatever happens to the API server, it comes back.
        pods.exceptionHandler((started, failure) -> true);
        pods.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Pod pod) {
                look(pod);
            }

            @Override
            public void onUpdate(Pod before, Pod pod) {
                look(pod);
            }

            @Override
            public void onDelete(Pod pod, boolean unknown) {
                // It is gone.
            }
        });
        pods.start();
    }

    private void look(Pod pod) {
        if (SCHEDULER.equals(pod.getSpec().getSchedulerName())) {
            threads.execute(() -> act(pod));
        }
    }

    private void act(Pod pod) {
        try {
            if (pod.getMetadata().getDeletionTimestamp() != null) {
                client.resource(pod).withGracePeriod(0).delete();
            } else if (pod.getSpec().getNodeName() == null) {
                bind(pod);
            } else if ("Pending".equals(pod.getStatus().getPhase())) {
                run(pod);
            }
        } catch (KubernetesClientException e) {
            if (e.getCode() != NOT_FOUND && e.getCode() != CONFLICT) {
                System.err.println("the fake kubelet failed: " + e.getMessage());
            }
        }
    }

    private void bind(Pod pod) {
        client.bindings()
                .inNamespace(pod.getMetadata().getNamespace())
                .resource(new BindingBuilder()
                        .withNewMetadata()
                        .withName(pod.getMetadata().getName())
                        .withNamespace(pod.getMetadata().getNamespace())
                        .endMetadata()
                        .withNewTarget()
                        .withKind("Node")
                        .withName(NODE)
                        .endTarget()
                        .build())
                .create();
    }

    private void run(Pod pod) {
        client.resource(new PodBuilder(pod)
                        .editStatus()
                        .withPhase("Running")
                        .withStartTime(Instant.now().toString())
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .endCondition()
                        .endStatus()
                        .build())
                .patchStatus();
    }

    @Override
    public void close() {
        pods.close();
        threads.shutdownNow();
    }
}
