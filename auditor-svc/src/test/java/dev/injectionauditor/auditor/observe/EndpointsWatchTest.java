package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.observe.pod.OwedEnds;
import dev.injectionauditor.localstack.FailOpenWebhook;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Signal.Watched.Begin;
import dev.injectionauditor.schema.WatchedWebhook;
import io.fabric8.kubernetes.api.model.KubernetesListBuilder;
import io.fabric8.kubernetes.api.model.ListMeta;
import io.fabric8.kubernetes.api.model.ListMetaBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationListBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceListBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A webhook whose Service is in a namespace that the observer may have no rights in. */
class EndpointsWatchTest {

    private static final WatchedWebhook SOURCE = new WatchedWebhook("test", "host.injection-auditor.dev");
    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-23T07:00:00Z"));
    private static final String SLICES = "/apis/discovery.k8s.io/v1/namespaces/elsewhere/endpointslices";

    private static final ListMeta META =
            new ListMetaBuilder().withResourceVersion("100").build();

    private final KubernetesSerialization json = new KubernetesSerialization();
    private final EventQueue queue = new EventQueue(100);
    private final List<Event> told = new ArrayList<>();
    private volatile boolean mayList;

    @Test
    @Timeout(60)
    void shouldObserveWhileTheEndpointsCannotBeListed() throws Exception {
        // Given an API server that refuses to list endpoints
        try (ApiStub api = new ApiStub(this::answer);
                KubernetesClient client = api.client();
                Observer observer = new Observer(
                        client,
                        SOURCE,
                        queue,
                        Begin.STARTED,
                        new OwedEnds(() -> {}),
                        () -> {},
                        new SimpleMeterRegistry(),
                        CLOCK)) {

            // When
            observer.tick();

            // Then everything else is watched, and nothing is told of the endpoints
            assertThat(told()).hasAtLeastOneElementOfType(Signal.Watched.class);
            assertThat(told()).doesNotHaveAnyElementsOfTypes(Signal.Endpoints.class);
            await().atMost(LONGEST)
                    .until(() -> api.requests().stream()
                            .anyMatch(request -> request.path().equals(SLICES)));

            // And they are told as soon as they can be listed
            mayList = true;
            await().atMost(LONGEST)
                    .untilAsserted(() -> assertThat(told()).hasAtLeastOneElementOfType(Signal.Endpoints.class));
        }
    }

    private List<Event> told() throws InterruptedException {
        told.addAll(queue.take(100, Duration.ofMillis(1)));
        return told;
    }

    private ApiStub.Answer answer(ApiStub.Request request) {
        if (request.query().contains("watch=true")) {
            return new ApiStub.Answer(200, "");
        }
        if (request.path().endsWith("/endpointslices")) {
            return mayList
                    ? ok(new EndpointSliceListBuilder().withMetadata(META).build())
                    : new ApiStub.Answer(
                            403,
                            json.asJson(new StatusBuilder()
                                    .withCode(403)
                                    .withReason("Forbidden")
                                    .build()));
        }
        return request.path().endsWith("/mutatingwebhookconfigurations")
                ? ok(new MutatingWebhookConfigurationListBuilder()
                        .withMetadata(META)
                        .addToItems(new MutatingWebhookConfigurationBuilder(
                                        FailOpenWebhook.ofNobody("hooks", SOURCE.webhook()))
                                .editMetadata()
                                .withUid(new UUID(0, 1).toString())
                                .withResourceVersion("50")
                                .withCreationTimestamp("2026-11-23T06:00:00Z")
                                .endMetadata()
                                .editFirstWebhook()
                                .withNewClientConfig()
                                .withNewService()
                                .withName("hook")
                                .withNamespace("elsewhere")
                                .endService()
                                .endClientConfig()
                                .endWebhook()
                                .build())
                        .build())
                : ok(new KubernetesListBuilder().withMetadata(META).build());
    }

    private ApiStub.Answer ok(Object body) {
        return new ApiStub.Answer(200, json.asJson(body));
    }
}
