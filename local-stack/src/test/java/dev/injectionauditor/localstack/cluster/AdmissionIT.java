package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.cluster.object.Json;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class AdmissionIT extends ClusterTest {

    private static final String ADD_LABEL = "[{'op':'add','path':'/metadata/labels','value':{'hooked':'yes'}}]";

    private TestWebhook webhook;

    @BeforeEach
    void startWebhook() throws Exception {
        webhook = new TestWebhook("hooks.system.svc");
    }

    @AfterEach
    void stopWebhook() {
        webhook.close();
    }

    @Test
    void shouldGiveUidTimeAndGeneratedNameOnlyAfterTheWebhooksAnswer() {
        // Given a webhook that takes seven seconds of the API server's clock
        configure(webhook, "");
        webhook.behave(request -> {
            now.set(now.get().plusSeconds(7));
            return TestWebhook.allow(request);
        });

        // When a Pod is created that has no name yet
        Pod created = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withGenerateName("web-")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("app")
                        .withImage("nginx")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();

        // Then the webhook saw neither, and the time is that after its answer
        JsonNode seen = webhook.calls().getFirst().request();
        assertThat(seen.has("name")).isFalse();
        assertThat(seen.path("object").path("metadata").propertyNames())
                .containsExactlyInAnyOrder("generateName", "namespace");
        assertThat(created.getMetadata().getCreationTimestamp()).isEqualTo("2026-11-23T06:43:10Z");
        assertThat(created.getMetadata().getName()).matches("web-[bcdfghjklmnpqrstvwxz2456789]{5}");
        assertThat(created.getMetadata().getUid()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(created.getMetadata().getGeneration()).isEqualTo(1);
        assertThat(created.getStatus().getPhase()).isEqualTo("Pending");
    }

    @Test
    void shouldServeOthersWhileAWebhookIsThinking() {
        // Given a webhook that uses the API itself before it answers
        configure(webhook, "");
        webhook.behave(request -> {
            assertThat(get(PODS).body().path("items")).isEmpty();
            Answer other = post(
                    "/api/v1/namespaces/default/configmaps",
                    json("{'kind':'ConfigMap','apiVersion':'v1','metadata':{'name':'meanwhile'}}"));
            assertThat(other.code()).isEqualTo(201);
            return TestWebhook.allow(request);
        });

        // When a Pod is created
        Answer created = post(PODS, pod("waits", ""));

        // Then both are there, and the webhook was content
        assertThat(created.code()).isEqualTo(201);
        assertThat(client.configMaps().withName("meanwhile").get()).isNotNull();
        assertThat(cluster.storedAfterFailingOpen(HOOK)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"028-CREATE-bare,false", "031-CREATE-bare-dry,true"})
    void shouldSendTheReviewThatARealApiServerSends(String recording, boolean dryRun) throws IOException {
        // Given what a real API server sent about a Pod of kubectl run
        JsonNode recorded = recorded(recording);
        ObjectNode object = (ObjectNode) recorded.path("request").path("object");
        configure(webhook, "");

        // When such a Pod is created here
        ObjectNode pod = pod(Json.name(object), "");
        Json.meta(pod).set("labels", object.path("metadata").path("labels"));
        ((ObjectNode) pod.path("spec").path("containers").path(0)).put("name", Json.name(object));
        post("/api/v1/namespaces", json("{'kind':'Namespace','apiVersion':'v1','metadata':{'name':'shop'}}"));
        post("/api/v1/namespaces/shop/pods" + (dryRun ? "?dryRun=All" : ""), pod);

        // Then the review is the same but for what DESIGN.md says is missing: managed fields and the token's volume
        ObjectNode sent = (ObjectNode) webhook.calls().getFirst().review();
        ObjectNode expected = (ObjectNode) recorded;
        Json.meta(object).remove("managedFields");
        Json.child(object, "spec").remove("volumes");
        object.path("spec").path("containers").forEach(each -> ((ObjectNode) each).remove("volumeMounts"));
        Json.child(Json.child(expected, "request"), "options").remove("fieldManager");
        for (ObjectNode review : List.of(sent, expected)) {
            assertThat(Json.textOrEmpty(review, "request", "uid")).hasSize(36);
            assertThat(Json.textOrEmpty(review, "request", "userInfo", "username"))
                    .isNotEmpty();
            Json.child(review, "request").remove(List.of("uid", "userInfo"));
        }
        assertThat(sent).isEqualTo(expected);
    }

    @Test
    void shouldSendAControllersPodWithoutNameAndAsThatController() throws IOException {
        // Given what a real API server sent about a Pod of a ReplicaSet
        JsonNode recorded = recorded("020-CREATE-web-8d88b6668-").path("request");
        configure(webhook, "");

        // When a Deployment makes its controllers create a Pod
        post("/apis/apps/v1/namespaces/default/deployments", deployment("web", 1));

        // Then the request has the same fields, and the same user and owner are told
        await().until(() -> !webhook.calls().isEmpty());
        JsonNode sent = webhook.calls().getFirst().request();
        assertThat(sent.propertyNames()).containsExactlyInAnyOrderElementsOf(recorded.propertyNames());
        assertThat(sent.path("userInfo").path("username"))
                .isEqualTo(recorded.path("userInfo").path("username"));
        assertThat(sent.path("userInfo").path("groups"))
                .isEqualTo(recorded.path("userInfo").path("groups"));
        assertThat(sent.path("options")).isEqualTo(recorded.path("options"));
        assertThat(Json.at(sent, "object", "metadata", "ownerReferences")
                        .path(0)
                        .propertyNames())
                .containsExactlyInAnyOrderElementsOf(Json.at(recorded, "object", "metadata", "ownerReferences")
                        .path(0)
                        .propertyNames());
    }

    @Test
    void shouldCallByHttp11WithTheTimeoutInTheUrl() {
        // Given a webhook with a timeout of two seconds
        configure(webhook, "");

        // When a Pod is created
        post(PODS, pod("a", ""));

        // Then it is called as the recorded API server did
        TestWebhook.Call call = webhook.calls().getFirst();
        assertThat(call.uri()).isEqualTo("/mutate?timeout=2s");
        assertThat(call.headers().get("User-agent")).containsExactly("kube-apiserver-admission");
        assertThat(call.headers().get("Accept")).containsExactly("application/json, */*");
        assertThat(call.headers().get("Content-type")).containsExactly("application/json");
    }

    @Test
    void shouldStoreWhatThePatchMakesOfThePod() {
        // Given a webhook that adds a container without the usual defaults
        configure(webhook, "");
        webhook.patch("[{'op':'add','path':'/spec/containers/-','value':{'name':'side','image':'side:1'}}]");

        // When a Pod is created
        Answer created = post(PODS, pod("a", ""));

        // Then the container is there, with defaults
        JsonNode side = created.body().path("spec").path("containers").path(1);
        assertThat(Json.name(created.body())).isEqualTo("a");
        assertThat(side.path("name").asString("")).isEqualTo("side");
        assertThat(side.path("imagePullPolicy").asString("")).isEqualTo("IfNotPresent");
    }

    @Test
    void shouldStoreNothingOnADryRunButAnswerAsIfItHad() {
        // Given a webhook that labels
        configure(webhook, "");
        webhook.patch(ADD_LABEL);

        // When Pods are created for show
        Answer dry = post(PODS + "?dryRun=All", pod("a", ""));
        Answer odd = post(PODS + "?dryRun=Some", pod("b", ""));

        // Then the answer has all but a version, and there is no Pod
        JsonNode meta = dry.body().path("metadata");
        assertThat(dry.code()).isEqualTo(201);
        assertThat(Json.uid(dry.body())).isNotEmpty();
        assertThat(meta.path("creationTimestamp").asString("")).isEqualTo("2026-11-23T06:43:03Z");
        assertThat(meta.path("labels").path("hooked").asString("")).isEqualTo("yes");
        assertThat(meta.has("resourceVersion")).isFalse();
        assertThat(webhook.calls().getFirst().request().path("dryRun").asBoolean())
                .isTrue();
        assertThat(odd.code()).isEqualTo(400);
        assertThat(get(PODS).body().path("items")).isEmpty();
    }

    private static JsonNode recorded(String name) throws IOException {
        try (InputStream file = AdmissionIT.class.getResourceAsStream("/recorded/" + name + ".json")) {
            return Json.MAPPER.readTree(Objects.requireNonNull(file));
        }
    }
}
