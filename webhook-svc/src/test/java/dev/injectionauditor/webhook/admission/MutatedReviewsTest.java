package dev.injectionauditor.webhook.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.webhook.AdmissionSchema;
import dev.injectionauditor.webhook.PatchOracle;
import dev.injectionauditor.webhook.Recorded;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Whatever arrives: no exception, no refusal, and each patch applies to the object as a parser sees it that reads all
 * of it.
 */
class MutatedReviewsTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final WatchedWebhook WEBHOOK = new WatchedWebhook("shoot-1", "webhook.example");

    private final Injector injector = new Injector(new ServiceHost("10.0.0.1"), "replica-1");
    private final PatchOracle oracle = new PatchOracle("10.0.0.1");
    private final EventCodec codec = new EventCodec();
    private final AdmissionSchema schema = new AdmissionSchema();

    @Property(tries = 5000)
    void shouldSurviveSpoiledBytes(@ForAll("spoiledBytes") byte[] body) {
        check(body);
    }

    @Property(tries = 5000)
    void shouldSurviveSpoiledFields(@ForAll("spoiledFields") byte[] body) {
        Outcome outcome = check(body);

        // The property is worth something only while every kind of outcome comes up often.
        Statistics.collect(outcome.getClass().getSimpleName());
        Statistics.coverage(coverage -> {
            coverage.check("Injected").percentage(percent -> percent > 5);
            coverage.check("Ignored").percentage(percent -> percent > 0.5);
            coverage.check("Rejected").percentage(percent -> percent > 5);
        });
    }

    @Property(tries = 1000)
    void shouldSurviveAnyBytes(@ForAll byte[] body) {
        check(body);
    }

    @Property(tries = 5000)
    void shouldInjectIntoAnyPod(@ForAll("pods") byte[] body) {
        Outcome outcome = check(body);

        // Then the variable is there once in each container, or as often as the Pod has it itself; and so is the stamp
        assertThat(outcome).isInstanceOf(Outcome.Injected.class);
        JsonNode before = oracle.parse(body).get("request").get("object");
        JsonNode after = oracle.assertInjected(body, ((Outcome.Injected) outcome).answer());
        assertThat(after.get("metadata").get("annotations").get(Injector.STAMP).stringValue())
                .isEqualTo(Reviews.UID);
        for (String list : List.of("initContainers", "containers")) {
            for (int i = 0; i < after.get("spec").path(list).size(); i++) {
                long own = PatchOracle.timesSet(before.get("spec").get(list).get(i));
                assertThat(PatchOracle.timesSet(after.get("spec").get(list).get(i)))
                        .isEqualTo(Math.max(1, own));
                Statistics.label("set by the Pod itself").collect(own > 0);
            }
        }
        Statistics.label("set by the Pod itself")
                .coverage(coverage -> coverage.check(true).percentage(percent -> percent > 5));
    }

    private Outcome check(byte[] body) {
        Outcome outcome = injector.answer(body, NOW);
        switch (outcome) {
            case Outcome.Injected injected -> {
                if (isJson(body)) {
                    oracle.assertInjected(body, injected.answer());
                }
                schema.assertFits(codec.encode(CloudEvent.of(WEBHOOK, injected.admission())));
            }
            case Outcome.Ignored ignored -> {
                if (isJson(body)) {
                    oracle.assertUnchanged(body, ignored.answer());
                }
            }
            case Outcome.Rejected rejected ->
                assertThat(rejected.detail()).isNotBlank().doesNotContain("\n");
        }
        return outcome;
    }

    /**
     * What the webhook passes over it does not check, a text that is not UTF-8 for instance; the API server sends none.
     */
    private boolean isJson(byte[] body) {
        try {
            oracle.parse(body);
            return true;
        } catch (JacksonException e) {
            return false;
        }
    }

    @Provide
    Arbitrary<byte[]> spoiledBytes() {
        return recorded((review, seed) -> new Mutations(new java.util.Random(seed)).ofBytes(review));
    }

    @Provide
    Arbitrary<byte[]> pods() {
        return Arbitraries.longs().dontShrink().map(seed -> new RandomPods(new java.util.Random(seed)).creation());
    }

    @Provide
    Arbitrary<byte[]> spoiledFields() {
        return recorded((review, seed) -> new Mutations(new java.util.Random(seed)).ofFields(review));
    }

    private static Arbitrary<byte[]> recorded(Combinators.F2<byte[], Long, byte[]> spoil) {
        return Combinators.combine(
                        Arbitraries.of(Recorded.names()).map(Recorded::body),
                        Arbitraries.longs().dontShrink())
                .as(spoil);
    }
}
