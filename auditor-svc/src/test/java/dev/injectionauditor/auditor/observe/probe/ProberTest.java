package dev.injectionauditor.auditor.observe.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.observe.ApiStub;
import dev.injectionauditor.auditor.observe.ApiStub.Answer;
import dev.injectionauditor.auditor.observe.ApiStub.Request;
import dev.injectionauditor.auditor.observe.scope.AdmissionVariables;
import dev.injectionauditor.auditor.observe.scope.ConfigurationTracker;
import dev.injectionauditor.auditor.observe.scope.Injection;
import dev.injectionauditor.auditor.observe.scope.NamespaceTracker;
import dev.injectionauditor.auditor.observe.scope.ScopeDecider;
import dev.injectionauditor.schema.Signal;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProberTest {

    private static final String WEBHOOK = "host.injection-auditor.dev";
    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00.250Z");
    private static final Instant AT = Instant.parse("2026-11-23T06:59:59Z");
    private static final String PODS = "/api/v1/namespaces/probes/pods";

    private final KubernetesSerialization json = new KubernetesSerialization();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final ConfigurationTracker configurations = new ConfigurationTracker(WEBHOOK, () -> NOW);
    private final List<Signal.Probe> told = new ArrayList<>();
    private Supplier<Answer> list = () -> new Answer(200, """
            {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "900"}, "items": []}""");
    private MutatingWebhookConfiguration live = configuration("NoneOnDryRun", 1);
    private ApiStub api;
    private KubernetesClient client;

    @AfterEach
    void close() {
        if (client != null) {
            client.close();
            api.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldTellWhetherTheWebhookWasApplied(boolean applied) throws Exception {
        // Given an API server that dry-runs, with a webhook or without its answer
        configurations.onAdd(live);
        Prober prober = prober(request -> created(request, applied, null));

        // When
        boolean more = prober.runOnce();

        // Then
        assertThat(more).isFalse();
        assertThat(told).containsExactly(new Signal.Probe(AT, applied, NOW, "900"));
        assertThat(count(applied ? "applied" : "not-applied")).isEqualTo(1);
    }

    @Test
    void shouldTellWhatItSawWithoutTheVersionOfTheCluster() throws Exception {
        // Given an API server that answers the probe and then lists nothing
        configurations.onAdd(live);
        list = () -> status(503, "ServiceUnavailable");
        Prober prober = prober(request -> created(request, false, null));

        // When
        prober.runOnce();

        // Then
        assertThat(told).containsExactly(new Signal.Probe(AT, false, NOW, null));
    }

    @Test
    void shouldAlwaysAskForADryRun() throws Exception {
        // Given an API server that answers in all kinds of ways, failures that a client would try again among them
        configurations.onAdd(live);
        List<Function<Request, Answer>> answers = List.of(
                request -> created(request, true, null),
                request -> created(request, false, null),
                request -> status(500, "InternalError"),
                request -> status(503, "ServiceUnavailable"),
                request -> status(429, "TooManyRequests"),
                request -> new Answer(0, ""),
                request -> status(409, "AlreadyExists"));
        List<Function<Request, Answer>> next = new ArrayList<>(answers);
        Prober prober = prober(request -> next.removeFirst().apply(request));

        // When
        answers.forEach(answer -> prober.runOnce());

        // Then each probe is one request, and each of them a dry run
        List<Request> posts = api.requests().stream()
                .filter(request -> !request.method().equals("GET"))
                .toList();
        assertThat(posts).hasSize(answers.size()).allSatisfy(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo(PODS);
            assertThat(request.query().split("&")).contains("dryRun=All");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "403, Forbidden, refused",
        "404, NotFound, no-namespace",
        "503, ServiceUnavailable, unreachable",
        "0, , unreachable",
    })
    void shouldSayNothingWithoutAPod(int code, String reason, String result) throws Exception {
        // Given
        configurations.onAdd(live);
        Prober prober = prober(request -> status(code, reason));

        // When
        prober.runOnce();

        // Then
        assertThat(told).isEmpty();
        assertThat(count(result)).isEqualTo(1);
    }

    @Test
    void shouldSayNothingIfNobodyListens() throws Exception {
        // Given an API server that is gone
        configurations.onAdd(live);
        Prober prober = prober(request -> status(500, "x"));
        api.close();

        // When
        prober.runOnce();

        // Then
        assertThat(told).isEmpty();
        assertThat(count("unreachable")).isEqualTo(1);
    }

    @Test
    void shouldNotAskIfTheWebhookIsNotCalledOnDryRun() throws Exception {
        // Given a webhook that is not configured, and later one that has side effects
        Prober prober = prober(request -> created(request, false, null));
        prober.runOnce();
        configurations.onAdd(configuration("Some", 1));
        prober.runOnce();

        // Then
        assertThat(api.requests()).isEmpty();
        assertThat(told).isEmpty();
        assertThat(count("no-configuration")).isEqualTo(1);
        assertThat(count("side-effects")).isEqualTo(1);
    }

    @Test
    void shouldNotTakeAChangeThatTheWatchHasYetToTellForAnOutage() throws Exception {
        // Given a configuration that is deleted or changed, which the watch has not told of
        configurations.onAdd(live);
        Prober prober = prober(request -> created(request, false, null));
        live = null;
        prober.runOnce();
        live = configuration("NoneOnDryRun", 2);
        prober.runOnce();

        // Then
        assertThat(told).isEmpty();
        assertThat(count("configuration-changed")).isEqualTo(2);
    }

    @Test
    void shouldNeverAskAgainOnceAPodWasStored() throws Exception {
        // Given an API server that knows no dry run
        configurations.onAdd(live);
        Prober prober = prober(request -> created(request, true, "680"));

        // When
        prober.runOnce();
        prober.runOnce();

        // Then
        assertThat(api.requests())
                .filteredOn(request -> request.method().equals("POST"))
                .hasSize(1);
        assertThat(told).isEmpty();
        assertThat(count("stored")).isEqualTo(1);
    }

    private Prober prober(Function<Request, Answer> pods) throws IOException {
        api = new ApiStub(request -> {
            if (!request.path().equals(PODS)) {
                return configuration();
            }
            return request.method().equals("GET") ? list.get() : pods.apply(request);
        });
        client = api.client();
        ScopeDecider decider = new ScopeDecider(
                configurations,
                new NamespaceTracker(name -> Optional.empty(), () -> NOW),
                new AdmissionVariables(json),
                Optional::of,
                metrics);
        return new Prober(client, "probes", configurations, decider::decideDryRun, told::add, metrics, () -> NOW);
    }

    private Answer created(Request request, boolean applied, String version) {
        Pod pod = new PodBuilder(json.unmarshal(request.body(), Pod.class))
                .editMetadata()
                .withName("probe-x7k2p")
                .withUid(new UUID(7, 7).toString())
                .withResourceVersion(version)
                .withCreationTimestamp(AT.toString())
                .endMetadata()
                .build();
        if (applied) {
            pod.getMetadata().getAnnotations().put(Injection.STAMP_ANNOTATION, new UUID(8, 8).toString());
        }
        return new Answer(201, json.asJson(pod));
    }

    private Answer configuration() {
        return live == null ? status(404, "NotFound") : new Answer(200, json.asJson(live));
    }

    private Answer status(int code, String reason) {
        return new Answer(
                code,
                json.asJson(new StatusBuilder()
                        .withStatus("Failure")
                        .withCode(code)
                        .withReason(reason)
                        .build()));
    }

    private double count(String result) {
        return metrics.counter("injection_auditor_probes", "result", result).count();
    }

    private static MutatingWebhookConfiguration configuration(String sideEffects, long generation) {
        return new MutatingWebhookConfigurationBuilder()
                .withNewMetadata()
                .withName("hooks")
                .withUid(new UUID(1, 1).toString())
                .withResourceVersion("100")
                .withGeneration(generation)
                .withCreationTimestamp("2026-11-23T06:00:00Z")
                .endMetadata()
                .addNewWebhook()
                .withName(WEBHOOK)
                .withFailurePolicy("Ignore")
                .withSideEffects(sideEffects)
                .addNewRule()
                .withOperations("CREATE")
                .withApiGroups("")
                .withApiVersions("v1")
                .withResources("pods")
                .endRule()
                .endWebhook()
                .build();
    }
}
