package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.cluster.object.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ControllersIT extends ClusterTest {

    private static final String APPS = "/apis/apps/v1/namespaces/default/";

    private static final String DEPLOYMENT = APPS + "deployments/web";

    private static final String REPLICA_SETS = APPS + "replicasets";

    private static final String STATEFUL_SET = APPS + "statefulsets/db";

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
    void shouldNotLetOneWorkloadKeepOthersFromTheirPods() throws Exception {
        try (TestWebhook webhook = new TestWebhook()) {
            // Given a webhook that refuses the Pods of one set
            configure(webhook, "'failurePolicy':'Fail','objectSelector':{'matchLabels':{'app':'aaa'}}");
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
}
