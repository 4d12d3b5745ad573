package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.cluster.object.Json;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DeletionIT extends ClusterTest {

    private static final String APPS = "/apis/apps/v1/namespaces/default/";

    private static final String DEPLOYMENT = APPS + "deployments/web";

    private static final String REPLICA_SETS = APPS + "replicasets";

    @Test
    void shouldShowAPodEndBeforeItIsGone() throws Exception {
        // Given a running Pod
        post(PODS, pod("a", ""));
        await().until(() ->
                Json.textOrEmpty(get(PODS + "/a").body(), "status", "phase").equals("Running"));
        String version = Json.textOrEmpty(get(PODS).body(), "metadata", "resourceVersion");

        try (RawWatch watch = new RawWatch(http, cluster.url() + PODS + "?watch=true&resourceVersion=" + version)) {
            // When it is deleted
            Answer answer = delete(PODS + "/a", "{}");

            // Then it is marked first, with the time it has, and then gone
            JsonNode marked = watch.next().orElseThrow();
            JsonNode gone = watch.next().orElseThrow();
            assertThat(Json.isTerminating(answer.body())).isTrue();
            assertThat(Json.textOrEmpty(marked, "type")).isEqualTo("MODIFIED");
            assertThat(Json.textOrEmpty(marked, "object", "metadata", "deletionTimestamp"))
                    .isEqualTo("2026-11-23T06:43:33Z");
            assertThat(Json.number(marked, 0, "object", "metadata", "deletionGracePeriodSeconds"))
                    .isEqualTo(30);
            assertThat(Json.textOrEmpty(gone, "type")).isEqualTo("DELETED");
        }
    }

    @Test
    void shouldCollectWhatHasLostItsOwner() {
        // Given a Deployment with Pods
        post(APPS + "deployments", deployment("web", 2));
        await().until(() -> ready(DEPLOYMENT) == 2);

        // When it is deleted by the client
        client.apps().deployments().withName("web").delete();

        // Then ReplicaSet and Pods go as well
        await().until(() -> get(REPLICA_SETS).body().path("items").isEmpty() && pods().isEmpty());
    }

    @Test
    void shouldEmptyANamespaceBeforeItGoes() {
        // Given a namespace with an object that is held
        post("/api/v1/namespaces", json("{'kind':'Namespace','apiVersion':'v1','metadata':{'name':'shop'}}"));
        post("/apis/apps/v1/namespaces/shop/deployments", deployment("web", 1));
        String map = "/api/v1/namespaces/shop/configmaps";
        post(
                map,
                json("{'kind':'ConfigMap','apiVersion':'v1','metadata':{'name':'held','finalizers':['test.dev/x']}}"));

        // When it is deleted
        Answer deleted = delete("/api/v1/namespaces/shop", "{}");

        // Then it takes nothing new, and goes when all is gone
        assertThat(Json.textOrEmpty(deleted.body(), "status", "phase")).isEqualTo("Terminating");
        Answer refused = post("/api/v1/namespaces/shop/pods", pod("late", ""));
        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused.message())
                .isEqualTo("pods \"late\" is forbidden: unable to create new content in namespace shop because it is"
                        + " being terminated");
        await().until(() ->
                get("/api/v1/namespaces/shop/pods").body().path("items").isEmpty()
                        && Json.isTerminating(get(map + "/held").body()));
        assertThat(get("/api/v1/namespaces/shop").code()).isEqualTo(200);
        patch(map + "/held", "merge", "{'metadata':{'finalizers':null}}");
        await().until(() -> get("/api/v1/namespaces/shop").code() == 404);
        assertThat(delete("/api/v1/namespaces/default", "{}").code()).isEqualTo(403);
    }
}
