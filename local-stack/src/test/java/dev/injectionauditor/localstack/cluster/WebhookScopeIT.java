package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.cluster.object.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookScopeIT extends ClusterTest {

    private TestWebhook webhook;

    @BeforeEach
    void startWebhook() throws Exception {
        webhook = new TestWebhook("hooks.system.svc");
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
                "true  | 'objectSelector':{'matchLabels':{'app':'web'}}",
                "false | 'objectSelector':{'matchLabels':{'app':'db'}}",
                "false | 'objectSelector':{'matchExpressions':[{'key':'app','operator':'NotIn','values':['web']}]}",
                "true  | 'objectSelector':{'matchExpressions':[{'key':'skip','operator':'DoesNotExist'}]}",
                "false | 'objectSelector':{'matchExpressions':[{'key':'skip','operator':'Exists'}]}",
                "true  | 'namespaceSelector':{'matchLabels':{'kubernetes.io/metadata.name':'default'}}",
                "false | 'namespaceSelector':{'matchExpressions':[{'key':'kubernetes.io/metadata.name','operator':'NotIn','values':['default']}]}",
                "true  | 'rules':[{'operations':['*'],'apiGroups':['*'],'apiVersions':['*'],'resources':['*']}]",
                "true  | 'rules':[{'operations':['CREATE'],'apiGroups':[''],'apiVersions':['v1'],'resources':['*/*'],'scope':'Namespaced'}]",
                "false | 'rules':[{'operations':['UPDATE'],'apiGroups':[''],'apiVersions':['v1'],'resources':['pods']}]",
                "false | 'rules':[{'operations':['CREATE'],'apiGroups':['apps'],'apiVersions':['v1'],'resources':['*']}]",
                "false | 'rules':[{'operations':['CREATE'],'apiGroups':[''],'apiVersions':['v1beta1'],'resources':['pods']}]",
                "true  | 'rules':[{'operations':['CREATE'],'apiGroups':[''],'apiVersions':['v1'],'resources':['pods/*']}]",
                "false | 'rules':[{'operations':['CREATE'],'apiGroups':[''],'apiVersions':['v1'],'resources':['pods/status']}]",
                "false | 'rules':[{'operations':['CREATE'],'apiGroups':[''],'apiVersions':['v1'],'resources':['pods'],'scope':'Cluster'}]",
            })
    void shouldCallOnlyForWhatTheConfigurationSelects(boolean isCalled, String more) {
        // Given a configuration
        configure(webhook, more);

        // When a Pod is created
        Answer created = post(PODS, pod("a", ",'labels':{'app':'web'}"));

        // Then the webhook was asked or not, and not asking is not failing open
        assertThat(created.code()).isEqualTo(201);
        assertThat(webhook.calls()).hasSize(isCalled ? 1 : 0);
        assertThat(cluster.storedAfterFailingOpen(HOOK)).isEmpty();
    }

    @Test
    void shouldFollowTheConfigurationAndTheLabelsOfNamespacesAsTheyAreNow() {
        // Given a webhook for namespaces with a label, and a namespace without
        configure(webhook, "'namespaceSelector':{'matchLabels':{'inject':'yes'}}");
        post(PODS, pod("before", ""));

        // When the label is set, and then the configuration deleted
        patch("/api/v1/namespaces/default", "merge", "{'metadata':{'labels':{'inject':'yes'}}}");
        post(PODS, pod("labelled", ""));
        delete(WEBHOOKS + "/hooks", "{}");
        post(PODS, pod("after", ""));

        // Then the webhook was asked in between only
        assertThat(webhook.calls())
                .extracting(call -> Json.textOrEmpty(call.request(), "name"))
                .containsExactly("labelled");
    }

    @Test
    void shouldSelectANamespaceByItsOwnLabels() {
        // Given a webhook for all new objects of namespaces that are labelled
        configure(
                webhook,
                "'namespaceSelector':{'matchLabels':{'inject':'yes'}},"
                        + "'rules':[{'operations':['CREATE'],'apiGroups':[''],'apiVersions':['v1'],'resources':['*']}]");

        // When two namespaces are created
        post("/api/v1/namespaces", json("{'kind':'Namespace','apiVersion':'v1','metadata':{'name':'other'}}"));
        post(
                "/api/v1/namespaces",
                json("{'kind':'Namespace','apiVersion':'v1','metadata':"
                        + "{'name':'shop','labels':{'inject':'yes'}}}"));

        // Then it is asked about the labelled one, which counts as being in itself
        assertThat(webhook.calls()).hasSize(1);
        assertThat(Json.textOrEmpty(webhook.calls().getFirst().request(), "namespace"))
                .isEqualTo("shop");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'matchConditions':[{'name':'x','expression':'true'}]",
                "'sideEffects':'Some'",
                "'timeoutSeconds':31",
                "'timeoutSeconds':0",
                "'failurePolicy':'Sometimes'",
                "'admissionReviewVersions':['v1beta1']",
                "'clientConfig':{}",
                "'clientConfig':{'url':'http://127.0.0.1/'}",
                "'clientConfig':{'url':'https://127.0.0.1/?x=y'}",
            })
    void shouldRefuseAConfigurationItCannotKeepTo(String more) {
        // Given, when
        Answer answer = post(WEBHOOKS, configuration(json("{'url':'https://127.0.0.1/'}"), more));

        // Then
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.reason()).isEqualTo("Invalid");
        assertThat(answer.message())
                .startsWith("MutatingWebhookConfiguration.admissionregistration.k8s.io \"hooks\" is invalid: ");
    }
}
