package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.cluster.TestWebhook.Reply;
import dev.injectionauditor.localstack.cluster.object.Json;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotFailOpenIT extends ClusterTest {

    private TestWebhook webhook;

    @BeforeEach
    void startWebhook() throws Exception {
        webhook = new TestWebhook();
    }

    @AfterEach
    void stopWebhook() {
        webhook.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "400 |           | admission webhook HOOK denied the request without explanation | {}",
                "403 | Forbidden | admission webhook HOOK denied the request: no | {'code':403,'reason':'Forbidden','message':'no'}",
                "400 |           | admission webhook HOOK denied the request: no | {'code':200,'message':'no'}",
            })
    void shouldNotFailOpenIfTheWebhookSaysNo(int code, String reason, String message, String status) {
        // Given a webhook that refuses
        configure(webhook, "");
        webhook.behave(request -> TestWebhook.answer(request, Map.of("allowed", false, "status", json(status))));

        // When a Pod is created
        Answer refused = post(PODS, pod("a", ""));

        // Then it is refused with the webhook's words
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.reason()).isEqualTo(reason == null ? "" : reason);
        assertThat(refused.message()).isEqualTo(message.replace("HOOK", "\"" + HOOK + "\""));
        assertThat(get(PODS).body().path("items")).isEmpty();
        assertThat(cluster.storedAfterFailingOpen(HOOK)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{'op':'add','path':'/metadata/annotations/x','value':'1'}]",
                "[{'op':'add','path':'/spec/containers/1/env','value':[]}]",
                "[{'op':'remove','path':'/metadata/annotations'}]",
                "[{'op':'test','path':'/metadata/name','value':'b'}]",
                "[{'op':'nothing','path':'/metadata/name'}]",
                "[{'op':'replace','path':'','value':[]}]",
                "[{'op':'add','path':'/metadata/annotations','value':{'x':1}}]",
                "[{'op':'add','path':'/spec/containers/0/env','value':{'name':'x'}}]",
            })
    void shouldNotFailOpenIfThePatchDoesNotApply(String patch) {
        // Given a webhook whose patch does not fit
        configure(webhook, "");
        webhook.patch(patch);

        // When a Pod is created
        Answer refused = post(PODS, pod("a", ""));

        // Then it is refused
        assertThat(refused.code()).isEqualTo(500);
        assertThat(refused.reason()).isEqualTo("InternalError");
        assertThat(get(PODS).body().path("items")).isEmpty();
        assertThat(cluster.storedAfterFailingOpen(HOOK)).isEmpty();
    }

    @Test
    void shouldNotCountAPodThatIsRefusedAfterFailingOpen() {
        // Given a webhook that is missed
        configure(webhook, "");
        webhook.behave(request -> new Reply(500, Map.of(), ""));

        // When a Pod is created that is not valid, one for show, and one that is there already
        post(PODS, json("{'kind':'Pod','apiVersion':'v1','metadata':{'name':'x'},'spec':{'containers':[]}}"));
        post(PODS + "?dryRun=All", pod("dry", ""));
        Answer first = post(PODS, pod("a", ""));
        Answer second = post(PODS, pod("a", ""));

        // Then only the stored one counts
        assertThat(second.code()).isEqualTo(409);
        assertThat(webhook.calls()).hasSize(4);
        assertThat(cluster.storedAfterFailingOpen(HOOK)).containsExactly(Json.uid(first.body()));
    }
}
