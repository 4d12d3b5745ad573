package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.cluster.object.Json;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class RefusalsIT extends ClusterTest {

    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private static ObjectNode map(String name, String value) {
        return json("{'kind':'ConfigMap','apiVersion':'v1','metadata':{'name':'" + name + "'},'data':{'k':'" + value
                + "'}}");
    }

    @Test
    void shouldWordItsRefusalsAsStatusObjects() {
        // Given a Pod
        post(PODS, pod("a", ""));

        // When, then
        assertThat(get(PODS + "/b").body())
                .isEqualTo(json("{'kind':'Status','apiVersion':'v1','status':'Failure','code':404,'metadata':{},"
                                + "'reason':'NotFound','details':{'name':'b','kind':'pods'}}")
                        .put("message", "pods \"b\" not found"));
        assertThat(get(DEPLOYMENTS + "/b").body().path("details"))
                .isEqualTo(json("{'name':'b','group':'apps','kind':'deployments'}"));
        assertThat(post(PODS, pod("a", "")).reason()).isEqualTo("AlreadyExists");
        Answer invalid = post(PODS, pod("A", ""));
        assertThat(invalid.code()).isEqualTo(422);
        assertThat(invalid.message()).startsWith("Pod \"A\" is invalid: metadata.name: Invalid value");
        assertThat(invalid.body().path("details").path("kind").asString("")).isEqualTo("Pod");
        assertThat(get("/apis/example.com/v1/things").code()).isEqualTo(404);
        assertThat(send("POST", PODS, "application/json", "{").code()).isEqualTo(400);
        assertThat(send("POST", PODS, "application/json", "[]").code()).isEqualTo(400);
        assertThat(put(PODS, pod("a", "")).code()).isEqualTo(405);
        assertThat(put(PODS + "/missing", pod("missing", "")).code()).isEqualTo(404);
        assertThat(put(PODS + "/a", map("a", "1")).code()).isEqualTo(400);
    }

    @Test
    void shouldRefuseAPodInANamespaceThatIsNotThereAsTheRecordedServerDid() {
        // Given, when
        Answer answer = post("/api/v1/namespaces/nosuchns/pods", pod("rejected", ""));

        // Then
        assertThat(answer.code()).isEqualTo(404);
        assertThat(answer.body())
                .isEqualTo(json("{'kind':'Status','apiVersion':'v1','metadata':{},'status':'Failure',"
                                + "'reason':'NotFound','details':{'name':'nosuchns','kind':'namespaces'},'code':404}")
                        .put("message", "namespaces \"nosuchns\" not found"));
    }

    @Test
    void shouldDeleteOnlyWhatThePreconditionsMean() {
        // Given an object
        String uid = Json.uid(post(MAPS, map("a", "1")).body());

        // When
        Answer wrong = delete(MAPS + "/a", "{'preconditions':{'uid':'another'}}");
        Answer dry = delete(MAPS + "/a", "{'dryRun':['All']}");
        Answer dryByQuery = delete(MAPS + "/a?dryRun=All", "{}");
        Answer orphan = delete(MAPS + "/a", "{'propagationPolicy':'Orphan'}");
        Answer right = delete(MAPS + "/a", "{'preconditions':{'uid':'" + uid + "'}}");
        Answer again = delete(MAPS + "/a", "{}");

        // Then
        assertThat(wrong.code()).isEqualTo(409);
        assertThat(dry.code()).isEqualTo(200);
        assertThat(dryByQuery.code()).isEqualTo(200);
        assertThat(orphan.code()).isEqualTo(400);
        assertThat(right.code()).isEqualTo(200);
        assertThat(right.body())
                .isEqualTo(json("{'kind':'Status','apiVersion':'v1','metadata':{},'status':'Success',"
                        + "'details':{'name':'a','kind':'configmaps','uid':'" + uid + "'}}"));
        assertThat(again.code()).isEqualTo(404);
    }

    @Test
    void shouldWaitForFinalizers() {
        // Given an object with a finalizer
        ObjectNode map = map("a", "1");
        Json.meta(map).putArray("finalizers").add("test.dev/x");
        post(MAPS, map);

        // When it is deleted, and then let go
        Answer marked = delete(MAPS + "/a", "{}");
        patch(MAPS + "/a", "merge", "{'metadata':{'finalizers':null}}");

        // Then
        assertThat(Json.isTerminating(marked.body())).isTrue();
        assertThat(get(MAPS + "/a").code()).isEqualTo(404);
    }
}
