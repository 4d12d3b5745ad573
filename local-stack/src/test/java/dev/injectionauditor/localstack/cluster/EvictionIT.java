package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.cluster.object.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class EvictionIT extends ClusterTest {

    private static final String BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";

    @Test
    void shouldEvictAPodThatNoBudgetProtects() {
        // Given a running Pod
        String uid = running("a");

        // When it is evicted for show, by either way of saying so, then under another's uid, then really
        Answer dry = evict("a", "{'dryRun':['All']}");
        Answer dryByQuery = post(PODS + "/a/eviction?dryRun=All", eviction("a", "{}"));
        Answer wrongUid = evict("a", "{'preconditions':{'uid':'another'}}");
        boolean isThere = !Json.isTerminating(get(PODS + "/a").body());
        Answer right = evict("a", "{'preconditions':{'uid':'" + uid + "'}}");

        // Then
        assertThat(dry.code()).isEqualTo(201);
        assertThat(dryByQuery.code()).isEqualTo(201);
        assertThat(wrongUid.code()).isEqualTo(409);
        assertThat(wrongUid.reason()).isEqualTo("Conflict");
        assertThat(wrongUid.message()).contains("UID in precondition: another, UID in object meta: " + uid);
        assertThat(isThere).isTrue();
        assertThat(right.code()).isEqualTo(201);
        assertThat(right.body())
                .isEqualTo(json("{'kind':'Status','apiVersion':'v1','metadata':{},'status':'Success','code':201}"));
        await().until(() -> get(PODS + "/a").code() == 404);
    }

    @Test
    void shouldRefuseWhatIsNoEvictionOfThatPod() {
        // Given
        running("a");
        ObjectNode old = eviction("a", "{}").put("apiVersion", "policy/v1beta1");

        // When, then
        assertThat(evict("missing", "{}").code()).isEqualTo(404);
        assertThat(post(PODS + "/a/eviction", old).code()).isEqualTo(400);
        assertThat(post(PODS + "/a/eviction", eviction("b", "{}")).code()).isEqualTo(400);
        assertThat(post(PODS + "/a/eviction", pod("a", "")).code()).isEqualTo(400);
        assertThat(Json.isTerminating(get(PODS + "/a").body())).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "429 | 'minAvailable':2,'selector':{'matchLabels':{'app':'web'}}",
                "429 | 'minAvailable':'100%','selector':{'matchLabels':{'app':'web'}}",
                "429 | 'minAvailable':'51%','selector':{'matchLabels':{'app':'web'}}",
                "201 | 'minAvailable':'50%','selector':{'matchLabels':{'app':'web'}}",
                "201 | 'minAvailable':1,'selector':{'matchLabels':{'app':'web'}}",
                "429 | 'maxUnavailable':0,'selector':{'matchLabels':{'app':'web'}}",
                "201 | 'maxUnavailable':1,'selector':{'matchLabels':{'app':'web'}}",
                "201 | 'maxUnavailable':'1%','selector':{'matchLabels':{'app':'web'}}",
                "429 | 'maxUnavailable':0,'selector':{}",
                "201 | 'maxUnavailable':0",
                "201 | 'maxUnavailable':0,'selector':{'matchLabels':{'app':'db'}}",
            })
    void shouldKeepToABudget(int code, String spec) {
        // Given two Pods of a Deployment, and a budget
        post("/apis/apps/v1/namespaces/default/deployments", deployment("web", 2));
        await().until(() -> Json.number(
                        get("/apis/apps/v1/namespaces/default/deployments/web").body(), 0, "status", "readyReplicas")
                == 2);
        budget("b", spec);

        // When one is evicted
        Answer answer = evict(names(get(PODS).body()).getFirst(), "{}");

        // Then
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void shouldGiveTheBudgetAsTheReason() {
        // Given a Pod that has to stay
        running("a");
        budget("strict", "'minAvailable':1,'selector':{'matchLabels':{'app':'web'}}");

        // When it is evicted, and under another's uid as well, which is looked at later
        Answer refused = evict("a", "{}");
        Answer wrongUid = evict("a", "{'preconditions':{'uid':'another'}}");

        // Then
        assertThat(refused.code()).isEqualTo(429);
        assertThat(refused.reason()).isEqualTo("TooManyRequests");
        assertThat(refused.message()).isEqualTo("Cannot evict pod as it would violate the pod's disruption budget.");
        assertThat(refused.body().path("details").path("causes").path(0))
                .isEqualTo(json("{'reason':'DisruptionBudget','message':"
                        + "'The disruption budget strict needs 1 healthy pods and has 1 currently'}"));
        assertThat(wrongUid.code()).isEqualTo(429);
    }

    @Test
    void shouldFailIfThereAreTwoBudgets() {
        // Given a Pod under two budgets that would both let it go
        running("a");
        budget("one", "'minAvailable':0,'selector':{'matchLabels':{'app':'web'}}");
        budget("two", "'minAvailable':0,'selector':{}");

        // When it is evicted
        Answer answer = evict("a", "{}");

        // Then
        assertThat(answer.code()).isEqualTo(500);
        assertThat(answer.body())
                .isEqualTo(
                        json("{'kind':'Status','apiVersion':'v1','metadata':{},'status':'Failure','code':500,'message':"
                                + "'This pod has more than one PodDisruptionBudget, which the eviction subresource does not"
                                + " support.'}"));
        assertThat(Json.isTerminating(get(PODS + "/a").body())).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"IfHealthyBudget,429", "AlwaysAllow,201"})
    void shouldLetAnUnhealthyPodGoAsItsBudgetSays(String policy, int code) {
        // Given a Pod that is not ready under a budget that is not met
        running("a");
        JsonNode ready = json("{'status':{'conditions':[{'type':'Ready','status':'False'}]}}");
        patch(PODS + "/a/status", "merge", ready.toString());
        budget("b", "'minAvailable':1,'unhealthyPodEvictionPolicy':'" + policy + "','selector':{}");

        // When, then
        assertThat(evict("a", "{}").code()).isEqualTo(code);
    }

    @Test
    void shouldNotProtectAPodThatIsOver() {
        // Given a finished Pod under a budget that allows nothing
        running("a");
        patch(PODS + "/a/status", "merge", "{'status':{'phase':'Succeeded'}}");
        budget("b", "'maxUnavailable':0,'selector':{}");

        // When, then
        assertThat(evict("a", "{}").code()).isEqualTo(201);
        assertThat(get(PODS + "/a").code()).isEqualTo(404);
    }

    private Answer evict(String pod, String options) {
        return post(PODS + "/" + pod + "/eviction", eviction(pod, options));
    }

    private static ObjectNode eviction(String pod, String options) {
        return json("{'kind':'Eviction','apiVersion':'policy/v1','metadata':{'name':'" + pod
                + "','namespace':'default'},'deleteOptions':" + options + "}");
    }

    private void budget(String name, String spec) {
        post(
                BUDGETS,
                json("{'kind':'PodDisruptionBudget','apiVersion':'policy/v1','metadata':{'name':'" + name
                        + "'},'spec':{" + spec + "}}"));
    }

    /** A bare Pod that runs; its uid. */
    private String running(String name) {
        Answer created = post(PODS, pod(name, ",'labels':{'app':'web'}"));
        await().until(() -> Json.textOrEmpty(get(PODS + "/" + name).body(), "status", "phase")
                .equals("Running"));
        return Json.uid(created.body());
    }
}
