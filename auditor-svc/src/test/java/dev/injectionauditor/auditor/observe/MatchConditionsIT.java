package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.observe.pod.OwedEnds;
import dev.injectionauditor.localstack.FailOpenWebhook;
import dev.injectionauditor.localstack.RealApiServer;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.Scope.Exemption;
import dev.injectionauditor.schema.Signal.Watched.Begin;
import dev.injectionauditor.schema.WatchedWebhook;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Match conditions that ask for what is not read of a Pod otherwise. The simulation has none, a real API server has.
 */
class MatchConditionsIT {

    private static final WatchedWebhook SOURCE = new WatchedWebhook("test", "host.injection-auditor.dev");
    private static final Duration LONGEST = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final EventQueue queue = new EventQueue(10_000);
    private final List<Event> told = new ArrayList<>();

    @Test
    void shouldAskForWholePodsOnceThereAreConditions() throws Exception {
        assumeThat(RealApiServer.isInstalled())
                .as("KUBEBUILDER_ASSETS has kube-apiserver and etcd")
                .isTrue();
        try (RealApiServer server = new RealApiServer(folder)) {
            // Given a webhook without conditions, and a Pod
            KubernetesClient user = server.client();
            user.resource(configuration()).create();
            Pod early = create(user, "early-", "slow");
            try (Observer _ = new Observer(
                    user,
                    SOURCE,
                    queue,
                    Begin.STARTED,
                    new OwedEnds(() -> {}),
                    () -> {},
                    new SimpleMeterRegistry(),
                    InstantSource.system())) {
                assertThat(exemption(early)).isNull();

                // When it gets one that asks for a field that is not read otherwise
                user.resource(new MutatingWebhookConfigurationBuilder(configuration())
                                .editFirstWebhook()
                                .addNewMatchCondition()
                                .withName("fast")
                                .withExpression("object.spec.schedulerName == 'fast'")
                                .endMatchCondition()
                                .endWebhook()
                                .build())
                        .update();

                // Then it is decided as the API server decides, as soon as the other watch has told of the condition
                await().atMost(LONGEST)
                        .until(() -> exemption(create(user, "passed-", "slow")) == Exemption.MATCH_CONDITIONS);
                assertThat(exemption(create(user, "called-", "fast"))).isNull();
            }
        }
    }

    private static MutatingWebhookConfiguration configuration() {
        return FailOpenWebhook.ofNobody("hooks", SOURCE.webhook());
    }

    private static Pod create(KubernetesClient user, String prefix, String scheduler) {
        return user.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withGenerateName(prefix)
                        .endMetadata()
                        .withNewSpec()
                        .withSchedulerName(scheduler)
                        .addNewContainer()
                        .withName("main")
                        .withImage("registry.example/main")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    private @Nullable Exemption exemption(Pod pod) {
        return await().atMost(LONGEST)
                .until(
                        () -> {
                            told.addAll(queue.take(10_000, Duration.ofMillis(1)));
                            return told.stream()
                                    .filter(PodObservation.class::isInstance)
                                    .map(PodObservation.class::cast)
                                    .filter(observation -> observation
                                            .pod()
                                            .uid()
                                            .toString()
                                            .equals(pod.getMetadata().getUid()))
                                    .findFirst()
                                    .orElse(null);
                        },
                        Objects::nonNull)
                .scope()
                .exemption();
    }
}
