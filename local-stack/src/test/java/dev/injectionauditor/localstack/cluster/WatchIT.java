package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.cluster.object.Json;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class WatchIT extends ClusterTest {

    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    @Test
    void shouldSendWhatHappenedAfterTheVersion() throws Exception {
        // Given changes before and after a list, in this and another namespace, and of another kind
        put("before", Map.of());
        String version = listVersion();
        put("after", Map.of());
        post(
                "/api/v1/namespaces/kube-system/configmaps",
                json("{'kind':'ConfigMap','apiVersion':'v1','metadata':{'name':'x'}}"));
        post(PODS, pod("a", ""));
        put("after", Map.of("a", "b"));

        // When a watch starts from the list
        try (RawWatch watch = watch("&resourceVersion=" + version)) {
            put("now", Map.of());
            delete(MAPS + "/before", "{}");

            // Then it has all of the changes after it, in order, and nothing else
            assertThat(watch.next(4)).containsExactly("ADDED after", "MODIFIED after", "ADDED now", "DELETED before");
        }
    }

    @Test
    void shouldFirstSendWhatIsThereIfNoVersionIsGiven() throws Exception {
        // Given
        put("there", Map.of());

        // When
        try (RawWatch watch = watch("")) {
            put("new", Map.of());

            // Then
            assertThat(watch.next(2)).containsExactly("ADDED there", "ADDED new");
        }
    }

    @Test
    void shouldWaitForAVersionThatIsYetToCome() throws Exception {
        // Given a version in the future
        long future = Long.parseLong(listVersion()) + 1;

        // When it is watched from
        try (RawWatch watch = watch("&resourceVersion=" + future)) {
            put("one", Map.of());
            put("two", Map.of());

            // Then what leads to it is not sent
            assertThat(watch.next(1)).containsExactly("ADDED two");
        }
    }

    @Test
    void shouldShowObjectsEnterAndLeaveASelection() throws Exception {
        // Given a watch with a selector
        try (RawWatch watch = watch("&labelSelector=in&resourceVersion=" + listVersion())) {

            // When an object enters, changes and leaves the selection
            put("a", Map.of("other", "1"));
            put("a", Map.of("in", "1"));
            put("a", Map.of("in", "2"));
            put("a", Map.of("other", "2"));
            String left = Json.textOrEmpty(get(MAPS + "/a").body(), "metadata", "resourceVersion");

            // Then the last event has its last selected state, with the version of its leaving
            assertThat(watch.next(2)).containsExactly("ADDED a", "MODIFIED a");
            JsonNode event = watch.next().orElseThrow();
            assertThat(Json.textOrEmpty(event, "type")).isEqualTo("DELETED");
            assertThat(Json.labels(event.path("object"))).isEqualTo(Map.of("in", "2"));
            assertThat(Json.textOrEmpty(event, "object", "metadata", "resourceVersion"))
                    .isEqualTo(left);
        }
    }

    @Test
    void shouldEndInTimeWithABookmarkBefore() throws Exception {
        // Given changes of another kind after the list
        String version = listVersion();
        post(PODS, pod("a", ""));
        await().until(() ->
                Json.textOrEmpty(get(PODS + "/a").body(), "status", "phase").equals("Running"));
        String newest = listVersion();

        // When a watch asks for bookmarks and little time
        try (RawWatch watch = watch("&allowWatchBookmarks=true&timeoutSeconds=3&resourceVersion=" + version)) {

            // Then it learns how far it has got before it ends
            JsonNode bookmark = watch.next().orElseThrow();
            assertThat(bookmark)
                    .isEqualTo(json("{'type':'BOOKMARK','object':{'kind':'ConfigMap','apiVersion':'v1',"
                            + "'metadata':{'resourceVersion':'" + newest + "'}}}"));
            assertThat(watch.next()).isEmpty();
        }
    }

    @Test
    void shouldSayInTheStreamThatAVersionHasExpired() throws Exception {
        // Given a version, and that history was forgotten without any change
        String version = listVersion();
        cluster.expireWatches();

        // When it is watched from
        try (RawWatch watch = watch("&resourceVersion=" + version)) {

            // Then the answer is 200, and the failure an event
            JsonNode event = watch.next().orElseThrow();
            assertThat(Json.textOrEmpty(event, "type")).isEqualTo("ERROR");
            assertThat(Json.textOrEmpty(event, "object", "reason")).isEqualTo("Expired");
            assertThat(Json.number(event, 0, "object", "code")).isEqualTo(410);
            assertThat(watch.next()).isEmpty();
        }
    }

    @Test
    void shouldEndRunningWatchesWhenTheyAreCut() throws Exception {
        try (RawWatch watch = watch("&resourceVersion=" + listVersion())) {
            cluster.cutWatches();
            assertThat(watch.next()).isEmpty();
        }
    }

    @Test
    void shouldRefuseStreamingLists() {
        assertThat(get(MAPS + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan")
                        .code())
                .isEqualTo(422);
    }

    private RawWatch watch(String query) throws Exception {
        return new RawWatch(http, cluster.url() + MAPS + "?watch=true" + query);
    }

    private String listVersion() {
        return Json.textOrEmpty(get(MAPS).body(), "metadata", "resourceVersion");
    }

    /** Creates or changes a ConfigMap. */
    private void put(String name, Map<String, String> labels) {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .createOr(NonDeletingOperation::update);
    }
}
