package dev.injectionauditor.auditor.remediate;

import static dev.injectionauditor.auditor.remediate.Bench.PATIENCE;
import static dev.injectionauditor.auditor.remediate.Bench.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.db.Tables;
import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Pods that nobody but the remediator would create again. */
class BarePodIT {

    private static final Allowances BARE_PODS = new Allowances(false, false, false, true, false);

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private Bench bench;

    @BeforeEach
    void start() throws Exception {
        bench = new Bench(SERVICES, database.get());
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void shouldCreateItAgainFromItsOwnSpecOnceItIsGone() throws Exception {
        // Given
        Pod pod = bench.bare("job-by-hand");
        bench.injectBarePods();
        bench.start(BARE_PODS, () -> true);

        // When
        RecreationResult result = bench.execute(request(pod));

        // Then
        Pod replacement = bench.pods("job-by-hand").getFirst();
        assertThat(result.outcome()).isEqualTo(Outcome.RECREATED);
        assertThat(replacement.getMetadata().getUid())
                .isEqualTo(result.replacement().uid().toString())
                .isNotEqualTo(pod.getMetadata().getUid());
        assertThat(replacement.getSpec().getContainers().getFirst().getImage()).isEqualTo("image:1");
        assertThat(specs()).isZero();
    }

    @Test
    void shouldLeaveItWhereItIsUnlessAllowed() throws Exception {
        Pod pod = bench.bare("job-by-hand");
        bench.injectBarePods();
        bench.start();

        RecreationResult result = bench.execute(request(pod));

        assertThat(result.reason()).isEqualTo(RecreationReason.BARE_POD.text());
        assertThat(bench.pods("job-by-hand")).containsExactly(pod);
    }

    @Test
    void shouldNotEvictWhatWouldBeMissedAgainOrNotBeAccepted() throws Exception {
        // Given a webhook that is not applied
        Pod pod = bench.bare("job-by-hand");
        bench.start(BARE_PODS, () -> true);

        // When, then
        RecreationRequest first = request(pod);
        assertThat(bench.execute(first).reason()).isEqualTo(RecreationReason.NOT_APPLIED.text());

        // Given a quota, or whatever refuses the creation
        bench.proxy.gate(refusingCreations(Integer.MAX_VALUE, new AtomicInteger()));
        RecreationRequest second =
                new RecreationRequest("second", first.pod(), null, 1, false, first.requestedAt(), first.expiresAt());
        assertThat(bench.execute(second).reason()).isEqualTo(RecreationReason.NOT_REPEATABLE.text());
        assertThat(bench.pods("job-by-hand")).containsExactly(pod);
    }

    @Test
    void shouldTryTheRehearsalAgainWhileTheApiServerFails() throws Exception {
        // Given an API server that has too much to do for the first rehearsal, and fails at the second
        Pod pod = bench.bare("job-by-hand");
        bench.injectBarePods();
        AtomicInteger rehearsals = new AtomicInteger();
        bench.proxy.gate(new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) {
                if (!method.equals("POST") || !uri.contains("/pods?")) {
                    return null;
                }
                return switch (rehearsals.incrementAndGet()) {
                    case 1 -> failure(429, "TooManyRequests");
                    case 2 -> failure(504, "Timeout");
                    default -> null;
                };
            }
        });
        bench.start(BARE_PODS, () -> true);

        // When
        RecreationResult result = bench.execute(request(pod));

        // Then it is recreated nonetheless
        assertThat(result.outcome()).isEqualTo(Outcome.RECREATED);
        assertThat(rehearsals).hasValue(3);
        assertThat(bench.evictions(pod)).isOne();
    }

    @Test
    void shouldLeaveThePodWhereItIsWhileTheRehearsalFails() throws Exception {
        // Given an API server that does not get through with a rehearsal
        Pod pod = bench.bare("job-by-hand");
        bench.proxy.gate(new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) {
                return method.equals("POST") && uri.contains("/pods?") ? failure(504, "Timeout") : null;
            }
        });
        bench.start(BARE_PODS, () -> true);

        // When the request dies of old age
        RecreationResult result = bench.execute(request(pod, Duration.ofSeconds(15)));

        // Then it is known why, and it can be tried again
        assertThat(result.outcome()).isEqualTo(Outcome.EXPIRED);
        assertThat(result.reason()).isEqualTo(RecreationReason.NO_ANSWER.text());
        assertThat(bench.pods("job-by-hand")).containsExactly(pod);
    }

    @Test
    void shouldKeepTheSpecAndTryUntilItIsCreated() throws Exception {
        // Given an API server that accepts the rehearsal, and refuses the creation at first
        Pod pod = bench.bare("job-by-hand");
        bench.injectBarePods();
        AtomicInteger refused = new AtomicInteger();
        bench.proxy.gate(new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) {
                return method.equals("POST") && uri.endsWith("/pods") && refused.incrementAndGet() == 1
                        ? forbidden()
                        : null;
            }
        });
        bench.start(BARE_PODS, () -> true);

        // When
        RecreationRequest request = request(pod);
        bench.send(request);
        await().atMost(PATIENCE).until(() -> refused.get() == 1);

        // Then the spec is kept, and the Pod is created in the end
        assertThat(specs()).isOne();
        assertThat(bench.awaitResult(request).outcome()).isEqualTo(Outcome.RECREATED);
        assertThat(specs()).isZero();
        assertThat(bench.pods("job-by-hand")).hasSize(1);
    }

    @Test
    void shouldTakeWhatSomebodyElseCreatedForTheReplacement() throws Exception {
        // Given somebody who creates the Pod again faster
        Pod pod = bench.bare("job-by-hand");
        bench.injectBarePods();
        AtomicBoolean first = new AtomicBoolean(true);
        bench.proxy.gate(new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) {
                if (method.equals("POST") && uri.endsWith("/pods") && first.compareAndSet(true, false)) {
                    bench.bare("job-by-hand");
                }
                return null;
            }
        });
        bench.start(BARE_PODS, () -> true);

        // When
        RecreationResult result = bench.execute(request(pod));

        // Then theirs stays, with its own verdict
        assertThat(result.outcome()).isEqualTo(Outcome.MISSED_AGAIN);
        assertThat(result.replacement().uid().toString())
                .isEqualTo(bench.pods("job-by-hand").getFirst().getMetadata().getUid());
        assertThat(bench.created()).isEqualTo(2);
    }

    private int specs() {
        return bench.database
                .jooq()
                .fetchCount(Tables.REMEDIATION_JOURNAL, Tables.REMEDIATION_JOURNAL.SPEC.isNotNull());
    }

    private static GatedProxy.Gate refusingCreations(int times, AtomicInteger refused) {
        return new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) {
                return method.equals("POST") && uri.contains("/pods?") && refused.incrementAndGet() <= times
                        ? forbidden()
                        : null;
            }
        };
    }

    private static GatedProxy.Answer failure(int code, String reason) {
        return new GatedProxy.Answer(code, """
                {"kind":"Status","apiVersion":"v1","status":"Failure","reason":"%s","code":%d}""".formatted(reason, code));
    }

    private static GatedProxy.Answer forbidden() {
        return new GatedProxy.Answer(403, """
                {"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,
                 "message":"exceeded quota","details":{}}""");
    }
}
