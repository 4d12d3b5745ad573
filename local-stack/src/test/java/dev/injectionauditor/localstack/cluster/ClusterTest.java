package dev.injectionauditor.localstack.cluster;

import dev.injectionauditor.localstack.cluster.object.Json;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A cluster for each test, whose clock the test sets, and raw HTTP to it. JSON is written in single quotes. */
abstract class ClusterTest {

    static final String PODS = "/api/v1/namespaces/default/pods";
    static final String WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    static final String HOOK = "kubernetes-service-host.test.dev";

    final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-23T06:43:03.250Z"));
    final HttpClient http = HttpClient.newHttpClient();
    SimulatedCluster cluster;
    KubernetesClient client;

    record Answer(int code, JsonNode body) {

        String reason() {
            return body.path("reason").asString("");
        }

        String message() {
            return body.path("message").asString("");
        }
    }

    @BeforeEach
    void startCluster() throws IOException {
        cluster = SimulatedCluster.start(0, now::get);
        client = cluster.client();
    }

    @AfterEach
    void stopCluster() {
        client.close();
        cluster.close();
        http.close();
    }

    static ObjectNode json(String text) {
        return (ObjectNode) Json.MAPPER.readTree(text.replace('\'', '"'));
    }

    /** A Pod of one container; {@code metadata} is added to its metadata. */
    static ObjectNode pod(String name, String metadata) {
        return json("{'kind':'Pod','apiVersion':'v1','metadata':{'name':'" + name + "'" + metadata
                + "},'spec':{'containers':[{'name':'app','image':'nginx'}]}}");
    }

    Answer send(String method, String path, String type, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(cluster.url() + path))
                .header("Content-Type", type)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(answer.statusCode(), Json.MAPPER.readTree(answer.body()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    Answer get(String path) {
        return send("GET", path, "application/json", "");
    }

    Answer post(String path, JsonNode body) {
        return send("POST", path, "application/json", body.toString());
    }

    Answer put(String path, JsonNode body) {
        return send("PUT", path, "application/json", body.toString());
    }

    Answer delete(String path, String options) {
        return send("DELETE", path, "application/json", options.replace('\'', '"'));
    }

    Answer patch(String path, String kind, String patch) {
        return send("PATCH", path, "application/" + kind + "-patch+json", patch.replace('\'', '"'));
    }

    /** Names in a list. */
    static List<String> names(JsonNode list) {
        return list.path("items").valueStream().map(Json::name).toList();
    }

    /** Configures a webhook for new Pods. {@code more} is added to it, or takes the place of what is there. */
    void configure(TestWebhook webhook, String more) {
        configure(
                json("{'url':'https://127.0.0.1:" + webhook.port() + "/mutate','caBundle':'" + webhook.caBundle()
                        + "'}"),
                more);
    }

    void configure(ObjectNode clientConfig, String more) {
        Answer answer = post(WEBHOOKS, configuration(clientConfig, more));
        if (answer.code() != 201) {
            throw new IllegalStateException(answer.toString());
        }
    }

    static ObjectNode configuration(ObjectNode clientConfig, String more) {
        ObjectNode configuration = json("{'kind':'MutatingWebhookConfiguration',"
                + "'apiVersion':'admissionregistration.k8s.io/v1','metadata':{'name':'hooks'}}");
        ObjectNode hook = configuration.putArray("webhooks").addObject().put("name", HOOK);
        hook.set("clientConfig", clientConfig);
        hook.setAll(json("{'failurePolicy':'Ignore','sideEffects':'NoneOnDryRun','timeoutSeconds':2,"
                + "'admissionReviewVersions':['v1'],'rules':[{'operations':['CREATE'],'apiGroups':[''],"
                + "'apiVersions':['v1'],'resources':['pods']}]}"));
        hook.setAll(json("{" + more + "}"));
        return configuration;
    }

    static ObjectNode deployment(String name, int replicas) {
        return workload("Deployment", name, replicas);
    }

    static ObjectNode workload(String kind, String name, int replicas) {
        return json("{'kind':'" + kind + "','apiVersion':'apps/v1','metadata':{'name':'" + name
                + "'},'spec':{'replicas':" + replicas + ",'selector':{'matchLabels':{'app':'" + name
                + "'}},'template':{'metadata':{'labels':{'app':'" + name
                + "'}},'spec':{'containers':[{'name':'app','image':'nginx:1'}]}}}}");
    }

    int ready(String path) {
        return Json.number(get(path).body(), 0, "status", "readyReplicas");
    }

    /** Names of all Pods by uid. */
    Map<String, String> pods() {
        Map<String, String> pods = new TreeMap<>();
        get(PODS).body().path("items").forEach(pod -> pods.put(Json.uid(pod), Json.name(pod)));
        return pods;
    }
}
