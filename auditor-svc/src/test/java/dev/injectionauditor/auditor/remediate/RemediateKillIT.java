package dev.injectionauditor.auditor.remediate;

import static dev.injectionauditor.auditor.remediate.Bench.PATIENCE;
import static dev.injectionauditor.auditor.remediate.Bench.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.db.Tables;
import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.File;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The remediate role as a process of its own, killed (SIGKILL) at each step. Nothing in the process knows: a step is
 * held from outside, a call to the API server by the proxy and a write to the journal by a lock in the database, and
 * then the process is killed.
 */
class RemediateKillIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @TempDir
    Path folder;

    private Bench bench;
    private Process process;

    /** Where to kill. */
    private sealed interface Point {

        /** While the journal is about to be written. */
        record Write(String step) implements Point {}

        /** While a request is on its way to the API server. */
        record Before(Call call) implements Point {}

        /** While its answer is on its way back. */
        record After(Call call) implements Point {}
    }

    private enum Call {
        LOOK,
        REHEARSE,
        EVICT,
        CREATE;

        boolean matches(String method, String uri) {
            return switch (this) {
                case LOOK -> method.equals("GET") && uri.contains("/pods");
                case REHEARSE -> method.equals("POST") && uri.contains("/pods?dryRun");
                case EVICT -> uri.endsWith("/eviction");
                case CREATE -> method.equals("POST") && uri.endsWith("/pods");
            };
        }
    }

    @BeforeEach
    void start() throws Exception {
        bench = new Bench(SERVICES, database.get());
        bench.proxy.writeKubeconfig(folder.resolve("kubeconfig"));
        // Lets a test hold the writing of a step.
        bench.database.jooq().execute("""
                create function hold_step() returns trigger language plpgsql as $$
                begin
                    perform pg_advisory_xact_lock_shared(hashtext(new.step));
                    return new;
                end $$;
                create trigger hold before insert or update on injection_auditor.remediation_journal
                for each row execute function hold_step();
                """);
    }

    @AfterEach
    void stop() throws Exception {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        bench.close();
    }

    @Test
    void shouldRecreateAPodOnceWhereverItIsKilled() throws Exception {
        List<Point> points = List.of(
                new Point.Write("accepted"),
                new Point.Before(Call.LOOK),
                new Point.Write("evicting"),
                new Point.Before(Call.EVICT),
                new Point.After(Call.EVICT),
                new Point.Write("evicted"),
                new Point.Write("answered"),
                new Point.Write("done"));
        List<Pod> pods = new ArrayList<>();
        List<RecreationRequest> requests = new ArrayList<>();
        for (Point point : points) {
            // Given a missed Pod, and a webhook that works again
            String name = "web-" + pods.size();
            Pod pod = bench.missed(name, 1).getFirst();
            bench.inject(name);
            pods.add(pod);
            requests.add(request(pod));

            // When the process is killed at that point of its recreation
            killAt(point, requests.getLast());
        }
        process = remediator();

        // Then each is recreated once, and the result names its replacement
        for (int i = 0; i < pods.size(); i++) {
            String at = points.get(i).toString();
            Pod replacement = awaitReplacement("web-" + i);
            assertRecreated(at, requests.get(i), replacement);
            assertThat(bench.evictions(pods.get(i))).as(at).isOne();
        }
        assertThat(bench.created()).isEqualTo(2 * pods.size());
    }

    @Test
    void shouldNeverLoseABarePod() throws Exception {
        List<Point> points = List.of(
                new Point.Before(Call.REHEARSE),
                new Point.Write("evicting"),
                new Point.After(Call.EVICT),
                new Point.Write("evicted"),
                new Point.Before(Call.CREATE),
                new Point.After(Call.CREATE),
                new Point.Write("answered"));
        bench.injectBarePods();
        List<Pod> pods = new ArrayList<>();
        List<RecreationRequest> requests = new ArrayList<>();
        for (Point point : points) {
            Pod pod = bench.bare("bare-" + pods.size());
            pods.add(pod);
            requests.add(request(pod));
            killAt(point, requests.getLast());
        }
        process = remediator();

        for (int i = 0; i < pods.size(); i++) {
            String at = points.get(i).toString();
            RecreationResult result = bench.awaitResult(requests.get(i));
            Pod replacement = bench.client.resource(pods.get(i)).get();
            assertRecreated(at, requests.get(i), replacement);
            assertThat(result.replacement().name())
                    .as(at)
                    .isEqualTo(pods.get(i).getMetadata().getName());
        }
        assertThat(bench.created()).isEqualTo(2 * pods.size());
        // And no spec is left
        assertThat(bench.database
                        .jooq()
                        .fetchCount(Tables.REMEDIATION_JOURNAL, Tables.REMEDIATION_JOURNAL.SPEC.isNotNull()))
                .isZero();
    }

    private void assertRecreated(String at, RecreationRequest request, Pod replacement) throws Exception {
        RecreationResult result = bench.awaitResult(request);
        assertThat(result.outcome()).as(at).isEqualTo(Outcome.RECREATED);
        assertThat(result.replacement()).as(at).isEqualTo(PodMapper.ref(replacement));
        await().atMost(PATIENCE).until(() -> isDone(request));
        // Perhaps it was sent twice, but then the very same.
        assertThat(bench.results(request.requestId()).stream().distinct())
                .as(at)
                .hasSize(1);
    }

    private Pod awaitReplacement(String name) {
        return await(name)
                .atMost(PATIENCE.multipliedBy(2))
                .until(
                        () -> bench.pods(name),
                        pods -> pods.size() == 1
                                && PodMapper.lacking(pods.getFirst()).isEmpty())
                .getFirst();
    }

    private int open() {
        return bench.database.jooq().fetchCount(Tables.REMEDIATION_JOURNAL, Tables.REMEDIATION_JOURNAL.STEP.ne("done"));
    }

    private boolean isDone(RecreationRequest request) {
        return bench.database
                .jooq()
                .fetchExists(
                        Tables.REMEDIATION_JOURNAL,
                        Tables.REMEDIATION_JOURNAL
                                .REQUEST_ID
                                .eq(request.requestId())
                                .and(Tables.REMEDIATION_JOURNAL.STEP.eq("done")));
    }

    private void killAt(Point point, RecreationRequest request) throws Exception {
        // What the last one left is finished first.
        process = remediator();
        await(point.toString()).atMost(PATIENCE.multipliedBy(2)).until(() -> open() == 0);
        CountDownLatch reached = new CountDownLatch(1);
        try (Connection locks = DriverManager.getConnection(database.url())) {
            switch (point) {
                case Point.Write(String step) -> hold(locks, step);
                case Point.Before(Call call) -> bench.proxy.gate(holding(call, true, reached));
                case Point.After(Call call) -> bench.proxy.gate(holding(call, false, reached));
            }
            bench.send(request);
            if (point instanceof Point.Write) {
                await(point.toString()).atMost(PATIENCE).until(this::isSomebodyWaiting);
            } else {
                assertThat(reached.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .as("%s", point)
                        .isTrue();
            }
            process.destroyForcibly().waitFor();
        }
        bench.proxy.open();
    }

    private static GatedProxy.Gate holding(Call call, boolean before, CountDownLatch reached) {
        return new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) throws InterruptedException {
                if (before && call.matches(method, uri)) {
                    hold();
                }
                return null;
            }

            @Override
            public void after(GatedProxy.Call made) throws InterruptedException {
                if (!before && call.matches(made.method(), made.uri())) {
                    hold();
                }
            }

            private void hold() throws InterruptedException {
                reached.countDown();
                new CountDownLatch(1).await();
            }
        };
    }

    private static void hold(Connection locks, String step) throws Exception {
        try (var statement = locks.prepareStatement("select pg_advisory_lock(hashtext(?))")) {
            statement.setString(1, step);
            statement.execute();
        }
    }

    private boolean isSomebodyWaiting() {
        return bench.database.jooq().fetchOne("""
                        select exists (select from pg_locks
                                       where locktype = 'advisory' and not granted
                                         and database = (select oid from pg_database where datname = current_database()))
                        """).get(0, Boolean.class);
    }

    private Process remediator() throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        "target/auditor-svc.jar",
                        "--roles=remediate",
                        "--recreation=recreate",
                        "--recreation-allow=bare-pods",
                        "--cluster=" + Bench.SOURCE.cluster(),
                        "--identity=killed",
                        "--lease-namespace=" + Bench.NAMESPACE,
                        "--lease-duration=3s",
                        "--kubeconfig=" + folder.resolve("kubeconfig"),
                        "--postgres-url=" + database.url(),
                        "--postgres-user=" + LocalPostgres.USER,
                        "--kafka-bootstrap-servers=" + bench.kafka.bootstrapServers(),
                        "--kafka-topic-prefix=" + bench.topics.prefix(),
                        // Takes the place of the killed one at once, instead of after a session timeout.
                        "--kafka-property=group.instance.id=remediator",
                        "--management-port=0")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/RemediateKillIT.log")))
                .start();
    }
}
