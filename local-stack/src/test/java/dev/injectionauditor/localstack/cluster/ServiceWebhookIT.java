package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.cluster.object.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceWebhookIT extends ClusterTest {

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
    void shouldFindAServicesWebhookByItsEndpointSlices() {
        // Given a webhook behind a Service, whose first endpoint is not ready
        String slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
        configure(
                json("{'service':{'namespace':'default','name':'hooks','path':'/x'},'caBundle':'" + webhook.caBundle()
                        + "'}"),
                "");
        webhook.patch(ADD_LABEL);
        post(
                slices,
                json("{'kind':'EndpointSlice','apiVersion':'discovery.k8s.io/v1','metadata':{'name':'s',"
                        + "'labels':{'kubernetes.io/service-name':'hooks'}},'addressType':'IPv4','ports':[{'port':"
                        + webhook.port() + "}],'endpoints':[{'addresses':['192.0.2.7'],'conditions':{'ready':false}},"
                        + "{'addresses':['127.0.0.1'],'conditions':{'ready':true}}]}"));

        // When Pods are created while the certificate is for another Service, and with no endpoint ready
        Answer wrongName = post(PODS, pod("wrong-name", ""));
        patch(slices + "/s", "json", "[{'op':'remove','path':'/endpoints/1'}]");
        Answer noEndpoint = post(PODS, pod("no-endpoint", ""));

        // Then both are stored without the patch
        assertThat(webhook.calls()).isEmpty();
        assertThat(cluster.storedAfterFailingOpen(HOOK))
                .containsExactly(Json.uid(wrongName.body()), Json.uid(noEndpoint.body()));
    }

    @Test
    void shouldTrustACertificateForTheServicesName() {
        // Given a webhook whose certificate is for its Service, and its EndpointSlice
        post("/api/v1/namespaces", json("{'kind':'Namespace','apiVersion':'v1','metadata':{'name':'system'}}"));
        configure(
                json("{'service':{'namespace':'system','name':'hooks','path':'/x'},'caBundle':'" + webhook.caBundle()
                        + "'}"),
                "");
        post(
                "/apis/discovery.k8s.io/v1/namespaces/system/endpointslices",
                json("{'kind':'EndpointSlice','apiVersion':'discovery.k8s.io/v1','metadata':{'name':'s',"
                        + "'labels':{'kubernetes.io/service-name':'hooks'}},'addressType':'IPv4','ports':[{'port':"
                        + webhook.port() + "}],'endpoints':[{'addresses':['127.0.0.1']}]}"));

        // When a Pod is created
        post(PODS, pod("a", ""));

        // Then the webhook was called
        assertThat(webhook.calls()).extracting(TestWebhook.Call::uri).containsExactly("/x?timeout=2s");
        assertThat(cluster.storedAfterFailingOpen(HOOK)).isEmpty();
    }
}
