package dev.injectionauditor.webhook.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.webhook.AdmissionSchema;
import dev.injectionauditor.webhook.PatchOracle;
import dev.injectionauditor.webhook.Recorded;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What a real API server sent is answered with what the API server needs. */
class RecordedReviewsTest {

    private static final Instant NOW = Instant.parse("2026-11-23T06:43:03.178Z");
    private static final WatchedWebhook WEBHOOK = new WatchedWebhook("shoot-1", "webhook.example");

    private final Injector injector = new Injector(new ServiceHost("api.shoot.example"), "replica-1");
    private final PatchOracle oracle = new PatchOracle("api.shoot.example");

    static List<String> names() {
        return Recorded.names();
    }

    @Test
    void shouldKnowAllThatWasRecorded() {
        assertThat(names()).hasSize(22);
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldGiveEveryContainerTheVariableOnceAndTheStamp(String name) {
        // Given a recorded review
        byte[] body = Recorded.body(name);

        // When it is answered
        Outcome outcome = injector.answer(body, NOW);

        // Then the patch does that and nothing else
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Injected.class, injected -> {
            JsonNode pod = oracle.assertInjected(body, injected.answer());
            for (String list : List.of("containers", "initContainers")) {
                for (JsonNode container : pod.get("spec").path(list)) {
                    assertThat(PatchOracle.timesSet(container)).isEqualTo(1);
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldMakeAnEventThatFitsItsSchema(String name) {
        Outcome.Injected injected = (Outcome.Injected) injector.answer(Recorded.body(name), NOW);

        byte[] event = new EventCodec().encode(CloudEvent.of(WEBHOOK, injected.admission()));

        new AdmissionSchema().assertFits(event);
    }

    @Test
    void shouldDescribeTheAdmissionOfAReplicaSetsPod() {
        Outcome.Injected injected =
                (Outcome.Injected) injector.answer(Recorded.body("020-CREATE-web-8d88b6668-.json"), NOW);

        assertThat(injected.dryRun()).isFalse();
        assertThat(injected.admission())
                .isEqualTo(new Admission(
                        UUID.fromString("ba92b94f-f7a2-4799-8411-daac72d88c62"),
                        "shop",
                        null,
                        "web-8d88b6668-",
                        new OwnerRef(
                                "apps/v1",
                                "ReplicaSet",
                                "web-8d88b6668",
                                UUID.fromString("3833f9ac-7527-4650-b475-651d7720b295")),
                        3,
                        3,
                        NOW,
                        "replica-1"));
    }

    @Test
    void shouldLeaveAloneWhatTheUserSet() {
        Outcome.Injected injected = (Outcome.Injected) injector.answer(Recorded.body("021-CREATE-db-0.json"), NOW);

        assertThat(injected.admission().name()).isEqualTo("db-0");
        assertThat(injected.admission().containers()).isEqualTo(1);
        assertThat(injected.admission().patched()).isZero();
    }

    @Test
    void shouldAnswerADryRunWithTheSamePatch() {
        Outcome.Injected injected = (Outcome.Injected) injector.answer(Recorded.body("031-CREATE-bare-dry.json"), NOW);

        assertThat(injected.dryRun()).isTrue();
        assertThat(injected.admission().patched()).isEqualTo(1);
    }
}
