package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.cluster.object.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ChangesIT extends ClusterTest {

    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

    private static final String LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases";

    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    @Test
    void shouldRefuseAnUpdateOfAnOldVersion() {
        // Given an object that was changed since it was read
        ObjectNode read = (ObjectNode) post(MAPS, map("a", "1")).body();
        Answer changed = put(MAPS + "/a", read.deepCopy().setAll(json("{'data':{'k':'2'}}")));

        // When the old version, that of another object and one without a version come back
        Answer old = put(MAPS + "/a", read);
        ObjectNode another = read.deepCopy();
        Json.meta(another).put("uid", "another").remove("resourceVersion");
        Answer wrongUid = put(MAPS + "/a", another);
        Answer unconditional = put(MAPS + "/a", map("a", "3"));

        // Then only the last is taken
        assertThat(changed.code()).isEqualTo(200);
        assertThat(old.code()).isEqualTo(409);
        assertThat(old.body())
                .isEqualTo(json("{'kind':'Status','apiVersion':'v1','status':'Failure','code':409,'metadata':{},"
                                + "'reason':'Conflict','details':{'name':'a','kind':'configmaps'}}")
                        .put(
                                "message",
                                "Operation cannot be fulfilled on configmaps \"a\": the object has been modified;"
                                        + " please apply your changes to the latest version and try again"));
        assertThat(wrongUid.code()).isEqualTo(409);
        assertThat(unconditional.code()).isEqualTo(200);
        assertThat(Json.textOrEmpty(get(MAPS + "/a").body(), "data", "k")).isEqualTo("3");
    }

    @Test
    void shouldDemandAVersionForALease() {
        // Given a lease
        String lease =
                "{'kind':'Lease','apiVersion':'coordination.k8s.io/v1','metadata':{'name':'l'},'spec':{'holderIdentity':'";
        post(LEASES, json(lease + "a'}}"));

        // When it is replaced blindly
        Answer answer = put(LEASES + "/l", json(lease + "b'}}"));

        // Then it is not
        assertThat(answer.code()).isEqualTo(422);
        assertThat(Json.textOrEmpty(get(LEASES + "/l").body(), "spec", "holderIdentity"))
                .isEqualTo("a");
    }

    @Test
    void shouldWriteNothingIfNothingChanges() {
        // Given an object
        String version = version(post(MAPS, map("a", "1")));

        // When a patch makes no difference, and one does but only for show
        String same = version(patch(MAPS + "/a", "merge", "{'data':{'k':'1'}}"));
        Answer dry = patch(MAPS + "/a?dryRun=All", "merge", "{'data':{'k':'9'}}");

        // Then the version is the same
        assertThat(same).isEqualTo(version);
        assertThat(Json.textOrEmpty(dry.body(), "data", "k")).isEqualTo("9");
        assertThat(version(get(MAPS + "/a"))).isEqualTo(version);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "json            | [{'op':'add','path':'/metadata/annotations','value':{'x':'1'}}]     | 200",
                "json            | [{'op':'remove','path':'/metadata/annotations/x'}]                  | 422",
                "json            | {}                                                                  | 400",
                "merge           | {'metadata':{'annotations':{'x':'1'}}}                              | 200",
                "merge           | {'metadata':{'annotations':{'x':1}}}                                | 400",
                "merge           | {'metadata':{'resourceVersion':'1'}}                                | 409",
                "merge           | {'metadata':{'name':'b'}}                                           | 400",
                "merge           | {'spec':{'containers':[{'name':'app','image':'nginx:2'}]}}          | 422",
                "strategic-merge | {'spec':{'containers':[{'name':'app','image':'nginx:2'}]}}          | 200",
                "strategic-merge | {'spec':{'containers':[{'name':'other','image':'nginx:2'}]}}        | 422",
                "strategic-merge | {'spec':{'containers':[{'name':'app','env':[{'name':'A','value':'1'}]}]}} | 422",
                "strategic-merge | {'spec':{'nodeName':'other'}}                                       | 422",
                "strategic-merge | {'spec':{'activeDeadlineSeconds':5}}                                | 200",
                "strategic-merge | {'spec':{'$patch':'replace'}}                                       | 400",
                "other           | {}                                                                  | 415",
            })
    void shouldPatchAPodWithinLimits(String kind, String patch, int code) {
        // Given a Pod
        post(PODS, pod("a", ""));

        // When, then
        assertThat(patch(PODS + "/a", kind, patch).code()).isEqualTo(code);
    }

    @Test
    void shouldMergeListsByTheirKeys() {
        // Given a Deployment whose container has a variable
        post(DEPLOYMENTS, deployment("web", 0));
        String spec = "{'spec':{'template':{'spec':{'containers':[{'name':'app','env':[";
        patch(DEPLOYMENTS + "/web", "strategic-merge", spec + "{'name':'A','value':'1'}]}]}}}}");

        // When another is added, and the first changed and deleted
        patch(
                DEPLOYMENTS + "/web",
                "strategic-merge",
                spec + "{'name':'B','value':'2'},{'name':'A','value':'3'}]}]}}}}");
        JsonNode added = get(DEPLOYMENTS + "/web").body();
        patch(DEPLOYMENTS + "/web", "strategic-merge", spec + "{'name':'A','$patch':'delete'}]}]}}}}");
        JsonNode deleted = get(DEPLOYMENTS + "/web").body();

        // Then
        assertThat(variables(added))
                .isEqualTo(json("{'x':[{'name':'A','value':'3'},{'name':'B','value':'2'}]}")
                        .get("x"));
        assertThat(variables(deleted))
                .isEqualTo(json("{'x':[{'name':'B','value':'2'}]}").get("x"));
        assertThat(Json.number(deleted, 0, "metadata", "generation")).isEqualTo(4);
    }

    private static JsonNode variables(JsonNode deployment) {
        return Json.at(deployment, "spec", "template", "spec", "containers")
                .path(0)
                .path("env");
    }

    @Test
    void shouldKeepStatusAndTheRestApart() {
        // Given a Pod that no kubelet changes any more
        post(PODS, pod("a", ""));
        await().until(() ->
                Json.textOrEmpty(get(PODS + "/a").body(), "status", "phase").equals("Running"));

        // When both are changed, by either way
        String both = "{'metadata':{'labels':{'x':'1'}},'status':{'message':'hello'}}";
        JsonNode byObject = patch(PODS + "/a", "merge", both).body();
        patch(PODS + "/a", "merge", "{'metadata':{'labels':{'x':null}}}");
        JsonNode byStatus = patch(PODS + "/a/status", "merge", both).body();

        // Then each way changes its own part
        assertThat(Json.labels(byObject)).containsEntry("x", "1");
        assertThat(byObject.path("status").has("message")).isFalse();
        assertThat(Json.labels(byStatus)).isEmpty();
        assertThat(Json.textOrEmpty(byStatus, "status", "message")).isEqualTo("hello");
        assertThat(Json.number(byStatus, 0, "metadata", "generation")).isEqualTo(1);
    }

    @Test
    void shouldScaleByTheSubresource() {
        // Given a Deployment
        post(DEPLOYMENTS, deployment("web", 1));
        JsonNode scale = get(DEPLOYMENTS + "/web/scale").body();

        // When it is scaled by the client, and by somebody who read it before that
        client.apps().deployments().withName("web").scale(2);
        Answer old = put(DEPLOYMENTS + "/web/scale", scale);

        // Then
        assertThat(Json.textOrEmpty(scale, "kind")).isEqualTo("Scale");
        assertThat(old.code()).isEqualTo(409);
        assertThat(Json.number(get(DEPLOYMENTS + "/web").body(), 0, "spec", "replicas"))
                .isEqualTo(2);
    }

    @Test
    void shouldCountTheGenerationsOfAWebhookConfiguration() {
        // Given a configuration
        JsonNode created = post(WEBHOOKS, configuration(json("{'url':'https://127.0.0.1/'}"), ""))
                .body();

        // When its metadata is changed, and then its webhooks
        JsonNode labelled = patch(WEBHOOKS + "/hooks", "merge", "{'metadata':{'labels':{'a':'b'}}}")
                .body();
        JsonNode changed = patch(
                        WEBHOOKS + "/hooks",
                        "strategic-merge",
                        "{'webhooks':[{'name':'" + HOOK + "','timeoutSeconds':3}]}")
                .body();
        Answer refused = patch(
                WEBHOOKS + "/hooks",
                "strategic-merge",
                "{'webhooks':[{'name':'" + HOOK + "','matchConditions':[{'name':'a','expression':'true'}]}]}");

        // Then
        assertThat(Json.number(created, 0, "metadata", "generation")).isEqualTo(1);
        assertThat(Json.number(labelled, 0, "metadata", "generation")).isEqualTo(1);
        assertThat(Json.number(changed, 0, "metadata", "generation")).isEqualTo(2);
        assertThat(changed.path("webhooks")).hasSize(1);
        assertThat(refused.code()).isEqualTo(422);
    }

    private static ObjectNode map(String name, String value) {
        return json("{'kind':'ConfigMap','apiVersion':'v1','metadata':{'name':'" + name + "'},'data':{'k':'" + value
                + "'}}");
    }

    private static String version(Answer answer) {
        return Json.textOrEmpty(answer.body(), "metadata", "resourceVersion");
    }
}
