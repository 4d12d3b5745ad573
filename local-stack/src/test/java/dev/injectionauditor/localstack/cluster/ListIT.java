package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.cluster.object.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ListIT extends ClusterTest {

    private static final String MAPS = "/api/v1/configmaps";

    @Test
    void shouldListInPartsThatAreAllOfOneMoment() {
        // Given objects in two namespaces whose names sort differently with what follows them
        namespace("a");
        namespace("a-b");
        create("a", "one", "");
        create("a-b", "two", "");
        create("a-b", "three", "");

        // When they are listed in parts, with changes in between
        JsonNode first = get(MAPS + "?limit=1").body();
        String next = next(first);
        delete("/api/v1/namespaces/a-b/configmaps/two", "{}");
        create("a", "four", "");
        JsonNode second = get(MAPS + "?limit=1&continue=" + next).body();
        JsonNode third = get(MAPS + "?limit=1&continue=" + next(second)).body();

        // Then the parts are those of the first moment, version included
        assertThat(List.of(names(first), names(second), names(third)))
                .containsExactly(List.of("one"), List.of("three"), List.of("two"));
        assertThat(first.path("metadata").path("remainingItemCount").asInt()).isEqualTo(2);
        assertThat(third.path("metadata").has("continue")).isFalse();
        assertThat(third.path("metadata").path("resourceVersion"))
                .isEqualTo(first.path("metadata").path("resourceVersion"));
        assertThat(names(get(MAPS).body())).containsExactly("four", "one", "three");
    }

    @Test
    void shouldRefuseToGoOnWithAListThatIsTooOld() {
        // Given the first part of a list
        create("default", "one", "");
        create("default", "two", "");
        String next = next(get(MAPS + "?limit=1").body());

        // When history is forgotten
        cluster.expireWatches();

        // Then
        Answer answer = get(MAPS + "?limit=1&continue=" + next);
        assertThat(answer.code()).isEqualTo(410);
        assertThat(answer.reason()).isEqualTo("Expired");
        assertThat(get(MAPS + "?continue=x").code()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "a             | one two",
                "!a            | three",
                "a=1           | one",
                "a==1          | one",
                "a!=1          | three two",
                "a in (1,2,2)  | one two",
                "a notin (1)   | three two",
                "a,b=x         | two",
                "a in (1,2),!b | one",
            })
    void shouldSelectByLabels(String selector, String expected) {
        // Given
        create("default", "one", "'a':'1'");
        create("default", "two", "'a':'2','b':'x'");
        create("default", "three", "");

        // When
        JsonNode list = get(MAPS + "?labelSelector=" + encoded(selector)).body();

        // Then
        assertThat(String.join(" ", names(list))).isEqualTo(expected);
    }

    @Test
    void shouldSelectByFields() {
        // Given
        post(PODS, pod("a", ""));
        post(PODS, pod("b", ""));

        // When, then
        assertThat(names(get(PODS + "?fieldSelector=" + encoded("metadata.name=a"))
                        .body()))
                .containsExactly("a");
        assertThat(names(get(PODS + "?fieldSelector=" + encoded("metadata.name!=a,metadata.namespace==default"))
                        .body()))
                .containsExactly("b");
        assertThat(names(get(PODS + "?fieldSelector=" + encoded("spec.nodeName=nowhere"))
                        .body()))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "labelSelector=a in (",
                "labelSelector=a b",
                "fieldSelector=spec.containers=x",
                "fieldSelector=metadata.name",
                "limit=x",
            })
    void shouldRefuseWhatItCannotRead(String query) {
        assertThat(get(PODS + "?" + query.replace(" ", "%20")).code()).isEqualTo(400);
    }

    @Test
    void shouldDeleteWhatIsSelected() {
        // Given
        create("default", "one", "'a':'1'");
        create("default", "two", "");

        // When
        Answer deleted = delete("/api/v1/namespaces/default/configmaps?labelSelector=a", "{}");

        // Then it tells what it deleted, and the rest is there
        assertThat(names(deleted.body())).containsExactly("one");
        assertThat(names(get(MAPS).body())).containsExactly("two");
    }

    private static String next(JsonNode list) {
        return encoded(Json.textOrEmpty(list, "metadata", "continue"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void namespace(String name) {
        post("/api/v1/namespaces", json("{'kind':'Namespace','apiVersion':'v1','metadata':{'name':'" + name + "'}}"));
    }

    private void create(String namespace, String name, String labels) {
        post(
                "/api/v1/namespaces/" + namespace + "/configmaps",
                json("{'kind':'ConfigMap','apiVersion':'v1','metadata':{'name':'" + name + "','labels':{" + labels
                        + "}}}"));
    }
}
