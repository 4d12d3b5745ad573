package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ControllersIT extends ClusterTest {

    private static final String APPS = "/apis/apps/v1/namespaces/default/";
    private static final String DEPLOYMENT = APPS + "deployments/web";
    private static final String REPLICA_SETS = APPS + "replicasets";
    private static final String STATEFUL_SET = APPS + "statefulsets/db";

    static ObjectNode deployment(String name, int replicas) {
        return workload("Deployment", name, replicas);
    }

    private static ObjectNode workload(String kind, String name, int replicas) {
        return json("{'kind':'" + kind + "','apiVersion':'apps/v1','metadata':{'name':'" + name
                + "'},'spec':{'replicas':" + replicas + ",'selector':{'matchLabels':{'app':'" + name
                + "'}},'template':{'metadata':{'labels':{'app':'" + name
                + "'}},'spec':{'containers':[{'name':'app','image':'nginx:1'}]}}}}");
    }

    @Test
    void shouldMakeReplicaSetAndPodsOfADeployment() {
        // Given, when
        post(APPS + "deployments", deployment("web", 2));

        // Then its Pods run, owned by its ReplicaSet, and it says so
        await().until(() -> ready(DEPLOYMENT) == 2);
        JsonNode set = get(REPLICA_SETS).body().path("items").path(0);
        String hash = Json.labels(set).get("pod-template-hash");
        assertThat(Json.name(set)).isEqualTo("web-" + hash);
        assertThat(get(PODS).body().path("items")).hasSize(2).allSatisfy(pod -> {
            assertThat(Json.name(pod)).matches("web-" + hash + "-[bcdfghjklmnpqrstvwxz2456789]{5}");
            assertThat(Json.labels(pod)).isEqualTo(Map.of("app", "web", "pod-template-hash", hash));
            assertThat(pod.path("metadata").path("ownerReferences").path(0))
                    .isEqualTo(json("{'apiVersion':'apps/v1','kind':'ReplicaSet','name':'web-" + hash + "','uid':'"
                            + Json.uid(set) + "','controller':true,'blockOwnerDeletion':true}"));
        });
    }

    @Test
    void shouldReplacePodsThatAreEvictedOrDeleted() {
        // Given a Deployment with two Pods
        post(APPS + "deployments", deployment("web", 2));
        await().until(() -> ready(DEPLOYMENT) == 2);
        Set<String> before = pods().keySet();

        // When one is deleted and one evicted
        List<String> names = names(get(PODS).body());
        delete(PODS + "/" + names.getFirst(), "{}");
        post(
                PODS + "/" + names.getLast() + "/eviction",
                json("{'kind':'Eviction','apiVersion':'policy/v1','metadata':" + "{'name':'" + names.getLast()
                        + "'}}"));

        // Then there are two others
        await().untilAsserted(() -> {
            assertThat(pods()).hasSize(2).doesNotContainKeys(before.toArray(String[]::new));
            assertThat(ready(DEPLOYMENT)).isEqualTo(2);
        });
    }

    @Test
    void shouldScaleDownAndChangeTheTemplate() {
        // Given a Deployment with three Pods
        post(APPS + "deployments", deployment("web", 3));
        await().until(() -> ready(DEPLOYMENT) == 3);
        Set<String> before = pods().keySet();

        // When it wants one
        patch(DEPLOYMENT, "merge", "{'spec':{'replicas':1}}");

        // Then one of them is left
        await().until(() -> pods().size() == 1);
        assertThat(before).containsAll(pods().keySet());

        // When it gets another image
        patch(
                DEPLOYMENT,
                "strategic-merge",
                "{'spec':{'template':{'spec':{'containers':[{'name':'app','image':'nginx:2'}]}}}}");

        // Then there is one Pod of another ReplicaSet
        await().untilAsserted(() -> {
            assertThat(pods()).hasSize(1).doesNotContainKeys(before.toArray(String[]::new));
            assertThat(get(PODS)
                            .body()
                            .path("items")
                            .path(0)
                            .path("spec")
                            .path("containers")
                            .path(0)
                            .path("image")
                            .asString(""))
                    .isEqualTo("nginx:2");
        });
        assertThat(get(REPLICA_SETS).body().path("items")).hasSize(2);
    }

    @Test
    void shouldKeepNamesAndOrderOfAStatefulSet() throws Exception {
        // Given a StatefulSet, and a watch of all that becomes of its Pods
        try (RawWatch watch = new RawWatch(
                http,
                cluster.url() + PODS + "?watch=true&resourceVersion="
                        + Json.textOrEmpty(get(PODS).body(), "metadata", "resourceVersion"))) {
            post(APPS + "statefulsets", workload("StatefulSet", "db", 2));
            await().until(() -> ready(STATEFUL_SET) == 2);
            String first = pods().entrySet().stream()
                    .filter(each -> each.getValue().equals("db-0"))
                    .findFirst()
                    .orElseThrow()
                    .getKey();

            // When the first Pod is deleted, and then the set scaled down to nothing
            delete(PODS + "/db-0", "{}");
            await().until(() -> ready(STATEFUL_SET) == 2 && !pods().containsKey(first));
            patch(STATEFUL_SET, "merge", "{'spec':{'replicas':0}}");
            await().until(() -> pods().isEmpty());

            // Then names were given again, in order, and taken back from the last
            assertThat(comingsAndGoings(watch, 6))
                    .containsExactly(
                            "ADDED db-0", "ADDED db-1", "DELETED db-0", "ADDED db-0", "DELETED db-1", "DELETED db-0");
        }
    }

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

    @Test
    void shouldNotLetOneWorkloadKeepOthersFromTheirPods() throws Exception {
        try (TestWebhook webhook = new TestWebhook()) {
            // Given a webhook that refuses the Pods of one set
            configure(webhook, "'objectSelector':{'matchLabels':{'app':'aaa'}}");
            webhook.behave(request -> TestWebhook.answer(request, Map.of("allowed", false)));

            // When that and others are created
            post(APPS + "statefulsets", workload("StatefulSet", "aaa", 1));
            post(APPS + "statefulsets", workload("StatefulSet", "db", 1));
            post(APPS + "deployments", deployment("web", 1));

            // Then the others have their Pods
            await().until(() -> ready(STATEFUL_SET) == 1 && ready(DEPLOYMENT) == 1);
            assertThat(webhook.calls()).isNotEmpty();
            assertThat(get(PODS + "/aaa-0").code()).isEqualTo(404);
        }
    }

    private static List<String> comingsAndGoings(RawWatch watch, int count) throws Exception {
        List<String> found = new ArrayList<>();
        while (found.size() < count) {
            String event = watch.next(1).getFirst();
            if (!event.startsWith("MODIFIED")) {
                found.add(event);
            }
        }
        return found;
    }

    private int ready(String path) {
        return Json.number(get(path).body(), 0, "status", "readyReplicas");
    }

    /** Names of all Pods by uid. */
    private Map<String, String> pods() {
        Map<String, String> pods = new TreeMap<>();
        get(PODS).body().path("items").forEach(pod -> pods.put(Json.uid(pod), Json.name(pod)));
        return pods;
    }
}
