package dev.injectionauditor.e2e;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.assertj.core.groups.Tuple;

/** Has Pods missed, and reads what became of them: from the cluster, from the history and from the metrics. */
final class Recreations {

    /** Backoff doubles with each refusal, so a Pod may wait for half a minute; the machine may be busy. */
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final String VARIABLE = "KUBERNETES_SERVICE_HOST";

    private final Stage stage;
    private final KubernetesClient client;

    Recreations(Stage stage) {
        this.stage = stage;
        this.client = stage.cluster().client();
    }

    /** Creates it while nobody answers for the webhook, and waits until its Pods are there and known as missed. */
    void miss(HasMetadata workload, String app, int pods) throws IOException {
        stage.door().set(Fault.REFUSED);
        client.resource(workload).create();
        await(app)
                .atMost(PATIENCE)
                .until(() -> pods(app).size() == pods && pods(app).stream().noneMatch(Recreations::isInjected));
        await(app).atMost(PATIENCE).until(() -> missed(app) == pods);
    }

    /** The live Pods with this label {@code app}, those that are being deleted aside. */
    List<Pod> pods(String app) {
        return client.pods().inNamespace(Stage.NAMESPACE).withLabel("app", app).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    List<String> uids(String app) {
        return pods(app).stream()
                .map(pod -> pod.getMetadata().getUid())
                .sorted()
                .toList();
    }

    static boolean isInjected(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .allMatch(container -> container.getEnv().stream()
                        .anyMatch(variable -> variable.getName().equals(VARIABLE)));
    }

    /** Waits until so many Pods are there, all with the injection, and the history says of each missed one how. */
    void awaitRepaired(String app, int pods) {
        await(app)
                .atMost(PATIENCE)
                .until(() -> pods(app).size() == pods && pods(app).stream().allMatch(Recreations::isInjected));
        await(app).atMost(PATIENCE).until(() -> count("""
                        select count(*) from recreation_history h
                        join pod r on r.pod_uid = h.replacement_uid and r.verdict = 'injected'
                        where h.pod_name like '%s-%%' and h.outcome = 'recreated'
                          and h.lifecycle = 'gone' and h.finished_at > h.requested_at""".formatted(app)) == pods);
    }

    long missed(String app) throws SQLException {
        return count("select count(*) from missed_injections where pod_name like '%s-%%'".formatted(app));
    }

    /** Outcome and reason of the requests for these Pods, as the story of the history has them: each kind once. */
    List<Tuple> outcomes(String app) throws SQLException {
        return Rows.of(stage.jdbcUrl(), """
                select distinct outcome::text, reason from recreation_history
                where pod_name like '%s-%%' and requested_at is not null
                order by 1, 2""".formatted(app));
    }

    long count(String sql) throws SQLException {
        return (long) Rows.of(stage.jdbcUrl(), sql).getFirst().toList().getFirst();
    }

    /** How many webhooks have their breaker in this state, as the metrics say. */
    double breakers(String state) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(stage.auditorMetrics()).build(), HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .filter(line -> line.startsWith("injection_auditor_recreation_breakers{")
                            && line.contains("state=\"" + state + "\""))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                    .sum();
        }
    }
}
