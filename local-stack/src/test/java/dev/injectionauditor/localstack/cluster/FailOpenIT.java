package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.cluster.TestWebhook.Behaviour;
import dev.injectionauditor.localstack.cluster.TestWebhook.Reply;
import dev.injectionauditor.localstack.cluster.object.Json;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class FailOpenIT extends ClusterTest {

    private static final String LABEL = "[{'op':'add','path':'/metadata/labels','value':{'hooked':'yes'}}]";

    private TestWebhook webhook;

    @BeforeEach
    void startWebhook() throws Exception {
        webhook = new TestWebhook();
    }

    @AfterEach
    void stopWebhook() {
        webhook.close();
    }

    static Stream<Named<Behaviour>> invalidAnswers() {
        return Stream.of(
                Named.of("500", request -> new Reply(500, Map.of(), "oops")),
                Named.of("404", request -> new Reply(404, Map.of(), "")),
                Named.of("redirect", request -> new Reply(302, Map.of("Location", "/other"), "")),
                Named.of("not JSON", request -> new Reply(200, Map.of(), "<html>")),
                Named.of("empty", request -> new Reply(200, Map.of(), "")),
                Named.of("not a review", request -> new Reply(200, Map.of(), "{}")),
                Named.of(
                        "no response",
                        request -> new Reply(
                                200,
                                Map.of(),
                                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\"}")),
                Named.of("v1beta1", request -> {
                    Reply reply = TestWebhook.allow(request);
                    return new Reply(200, Map.of(), reply.body().replace("k8s.io/v1", "k8s.io/v1beta1"));
                }),
                Named.of("wrong uid", request -> TestWebhook.allow(json("{'uid':'1'}"))),
                Named.of("allowed is a text", request -> TestWebhook.answer(request, Map.of("allowed", "true"))),
                Named.of(
                        "patch without type",
                        request -> TestWebhook.answer(
                                request, Map.of("allowed", true, "patch", TestWebhook.base64("[]")))),
                Named.of(
                        "type without patch",
                        request -> TestWebhook.answer(request, Map.of("allowed", true, "patchType", "JSONPatch"))),
                Named.of("unknown type", request -> patched(request, "MergePatch", TestWebhook.base64("[]"))),
                Named.of("not base64", request -> patched(request, "JSONPatch", "%%")),
                Named.of("patch is not JSON", request -> patched(request, "JSONPatch", TestWebhook.base64("x"))),
                Named.of("patch is no array", request -> patched(request, "JSONPatch", TestWebhook.base64("{}"))));
    }

    private static Reply patched(JsonNode request, String type, String patch) {
        return TestWebhook.answer(request, Map.of("allowed", true, "patchType", type, "patch", patch));
    }

    @ParameterizedTest
    @MethodSource("invalidAnswers")
    void shouldStoreThePodUnchangedAfterAnInvalidAnswer(Behaviour behaviour) {
        // Given a webhook that gives no valid answer
        configure(webhook, "");
        webhook.behave(behaviour);

        // When a Pod is created
        Answer created = post(PODS, pod("a", ""));

        // Then it is stored as it was, and the ledger knows
        assertThat(created.code()).isEqualTo(201);
        assertThat(webhook.calls()).hasSize(1);
        assertThat(cluster.storedAfterFailingOpen(HOOK)).containsExactly(Json.uid(created.body()));
        assertThat(cluster.storedAfterFailingOpen("another")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("invalidAnswers")
    void shouldRefuseThePodAfterAnInvalidAnswerIfThePolicyIsFail(Behaviour behaviour) {
        // Given the same with another policy
        configure(webhook, "'failurePolicy':'Fail'");
        webhook.behave(behaviour);

        // When a Pod is created
        Answer refused = post(PODS, pod("a", ""));

        // Then it is not there
        assertThat(refused.code()).isEqualTo(500);
        assertThat(refused.message()).startsWith("Internal error occurred: failed calling webhook \"" + HOOK + "\"");
        assertThat(get(PODS).body().path("items")).isEmpty();
        assertThat(cluster.storedAfterFailingOpen(HOOK)).isEmpty();
    }

    @Test
    void shouldFailOpenIfNobodyListens() throws Exception {
        // Given a webhook that is down
        int port = FreePorts.find(1).getFirst();
        configure(json("{'url':'https://127.0.0.1:" + port + "/'}"), "");

        // When a Pod is created
        Answer created = post(PODS, pod("a", ""));

        // Then it is stored
        assertThat(cluster.storedAfterFailingOpen(HOOK)).containsExactly(Json.uid(created.body()));
    }

    @Test
    void shouldFailOpenIfTheCertificateIsOfAnotherAuthority() throws Exception {
        try (TestWebhook other = new TestWebhook()) {
            // Given the bundle of another authority, then none, then the right one
            String url = "{'url':'https://127.0.0.1:" + webhook.port() + "/','caBundle':'";
            configure(json(url + other.caBundle() + "'}"), "");
            Answer wrong = post(PODS, pod("wrong", ""));
            patch(WEBHOOKS + "/hooks", "json", "[{'op':'remove','path':'/webhooks/0/clientConfig/caBundle'}]");
            Answer none = post(PODS, pod("none", ""));
            patch(
                    WEBHOOKS + "/hooks",
                    "json",
                    "[{'op':'add','path':'/webhooks/0/clientConfig/caBundle','value':'" + webhook.caBundle() + "'}]");
            post(PODS, pod("right", ""));

            // Then only the last was asked about
            assertThat(webhook.calls()).hasSize(1);
            assertThat(cluster.storedAfterFailingOpen(HOOK))
                    .containsExactly(Json.uid(wrong.body()), Json.uid(none.body()));
        }
    }

    @Test
    void shouldGiveUpAfterTheTimeoutAndIgnoreALateAnswer() {
        // Given a webhook that does not answer before it is told to
        CountDownLatch late = new CountDownLatch(1);
        configure(webhook, "'timeoutSeconds':1");
        webhook.behave(request -> {
            late.await();
            return patched(request, "JSONPatch", TestWebhook.base64(LABEL.replace('\'', '"')));
        });

        // When a Pod is created, and the webhook answers after that
        long start = System.nanoTime();
        Answer created = post(PODS, pod("a", ""));
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        late.countDown();

        // Then the Pod is there without the patch, after that second
        assertThat(created.code()).isEqualTo(201);
        assertThat(taken).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1900));
        assertThat(get(PODS + "/a").body().path("metadata").has("labels")).isFalse();
        assertThat(cluster.storedAfterFailingOpen(HOOK)).containsExactly(Json.uid(created.body()));
    }

    @Test
    void shouldTryAgainOnlyIfTheAnswerAsksForIt() {
        // Given a webhook that is busy once, and wants to be asked again at once
        AtomicInteger calls = new AtomicInteger();
        configure(webhook, "");
        webhook.behave(request -> calls.getAndIncrement() == 0
                ? new Reply(503, Map.of("Retry-After", "0"), "")
                : TestWebhook.allow(request));

        // When a Pod is created
        post(PODS, pod("a", ""));

        // Then the second answer counts
        assertThat(calls).hasValue(2);
        assertThat(cluster.storedAfterFailingOpen(HOOK)).isEmpty();
    }
}
