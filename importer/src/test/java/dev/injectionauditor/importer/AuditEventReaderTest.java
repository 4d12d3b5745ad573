package dev.injectionauditor.importer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.importer.Line.Reason;
import dev.injectionauditor.importer.Line.Skipped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class AuditEventReaderTest {

    private static final String ANNOTATION = "mutation.webhook.admission.k8s.io/round_0_index_";

    private final AuditEventReader reader = new AuditEventReader(new PlainTexts(new JacksonTexts()));

    @Test
    void shouldReadAMissedCreation() throws IOException {
        assertThat(read(Recorded.missed().toString()))
                .isEqualTo(new PodCreation(
                        UUID.fromString("db900bd9-cde9-4bf9-8ba9-e1a0db210173"),
                        Instant.parse("2026-11-23T06:43:14.152536Z"),
                        "shop",
                        "web-8d88b6668-5vkzc",
                        UUID.fromString("5d93f1b8-d993-40be-b37d-4d37d044a8fa"),
                        true,
                        Map.of(Recorded.WEBHOOK, false)));
    }

    @Test
    void shouldTellApartTheWebhooksOfOneCall() throws IOException {
        // Given a creation with one webhook that was applied, one that was not, and a validating one that was not
        ObjectNode event = Recorded.missed();
        event.putObject("annotations")
                .put(ANNOTATION + 0, "{\"configuration\":\"c\",\"webhook\":\"applied.test\",\"mutated\":true}")
                .put(ANNOTATION + 1, "{\"webhook\":\"missed.test\",\"mutated\":false}")
                .put("failed-open." + ANNOTATION + 1, "missed.test")
                .put("failed-open.validating.webhook.admission.k8s.io/round_0_index_0", "validating.test");

        // Then only the mutating ones have calls
        assertThat(((PodCreation) read(event.toString())).applied())
                .isEqualTo(Map.of("applied.test", true, "missed.test", false));
    }

    @Test
    void shouldCountACallAsMissedIfAnyRoundFailedOpenInWhateverOrder() throws IOException {
        String called = "{\"webhook\":\"a.test\"}";
        ObjectNode event = Recorded.missed();
        event.putObject("annotations")
                .put("failed-open." + ANNOTATION + 0, "a.test")
                .put("mutation.webhook.admission.k8s.io/round_1_index_0", called)
                .put(ANNOTATION + 0, called);
        assertThat(((PodCreation) read(event.toString())).applied()).isEqualTo(Map.of("a.test", false));
    }

    @Test
    void shouldCountAValidatingWebhookAsFailedOpenButAsNoCall() throws IOException {
        ObjectNode event = Recorded.missed();
        event.putObject("annotations").put("failed-open.validating.webhook.admission.k8s.io/round_0_index_0", "v.test");
        PodCreation creation = (PodCreation) read(event.toString());
        assertThat(creation.failedOpen()).isTrue();
        assertThat(creation.applied()).isEmpty();
    }

    @Test
    void shouldReadWhatTheLevelMetadataHas() throws IOException {
        // Given an event without objects, of a Pod whose name was generated
        ObjectNode event = Recorded.missed();
        event.remove("requestObject");
        event.remove("responseObject");
        event.put("level", "Metadata");

        // Then it is a creation all the same
        PodCreation creation = (PodCreation) read(event.toString());
        assertThat(creation.name()).isNull();
        assertThat(creation.podUid()).isNull();
        assertThat(creation.applied()).isEqualTo(Map.of(Recorded.WEBHOOK, false));
    }

    @Test
    void shouldReadACreationByServerSideApplyAndNoOtherPatch() throws IOException {
        assertThat(Recorded.serverSideApply().stream().map(this::read))
                .containsExactly(
                        new Skipped(Reason.DRY_RUN),
                        new PodCreation(
                                UUID.fromString("7114cf40-9980-4fc5-9f79-34db58b27c4d"),
                                Instant.parse("2026-11-28T00:26:28.533116Z"),
                                "shop",
                                "applied",
                                UUID.fromString("0e1afd79-998e-4753-b032-d6d3d740a13e"),
                                true,
                                Map.of(Recorded.WEBHOOK, false)),
                        new Skipped(Reason.OTHER_VERB),
                        new Skipped(Reason.OTHER_VERB));
    }

    @Test
    void shouldPassOverOtherPatchesBeforeTheirObjects() throws IOException {
        // Given a change of a Pod, cut off where its objects begin
        String line = Recorded.serverSideApply().get(2);
        int objects = line.indexOf("\"requestObject\"");

        // Then it is passed over without them
        assertThat(objects).isPositive();
        assertThat(read(line.substring(0, objects))).isEqualTo(new Skipped(Reason.OTHER_VERB));
    }

    @Test
    void shouldTellPatchesApartInWhateverOrderTheirFieldsAre() throws IOException {
        for (String line : Recorded.serverSideApply()) {
            ObjectNode event = (ObjectNode) JsonMapper.shared().readTree(line);
            event.set("verb", event.remove("verb"));
            assertThat(read(event.toString())).isEqualTo(read(line));
        }
    }

    static Stream<Arguments> others() {
        return Stream.of(
                other(Reason.NOT_AN_AUDIT_EVENT, event -> event.put("kind", "EventList")),
                other(Reason.NOT_AN_AUDIT_EVENT, event -> event.put("apiVersion", "audit.k8s.io/v1beta1")),
                other(Reason.NOT_AN_AUDIT_EVENT, event -> event.remove("auditID")),
                other(Reason.NOT_AN_AUDIT_EVENT, event -> event.put("auditID", "no uuid")),
                other(Reason.NOT_AN_AUDIT_EVENT, event -> event.put("stageTimestamp", "yesterday")),
                other(Reason.NOT_AN_AUDIT_EVENT, event -> event.putObject("verb")),
                other(Reason.OTHER_STAGE, event -> event.put("stage", "RequestReceived")),
                other(Reason.OTHER_VERB, event -> event.put("verb", "delete")),
                other(Reason.OTHER_VERB, event -> event.put("verb", "patch").remove("responseStatus")),
                other(
                        Reason.OTHER_RESOURCE,
                        event -> reference(event.put("verb", "patch")).put("subresource", "status")),
                other(Reason.OTHER_RESOURCE, event -> reference(event).put("resource", "secrets")),
                other(Reason.OTHER_RESOURCE, event -> reference(event).put("subresource", "binding")),
                other(Reason.OTHER_RESOURCE, event -> reference(event).put("apiGroup", "metrics.k8s.io")),
                other(Reason.DRY_RUN, event -> event.put("requestURI", "/api/v1/namespaces/a/pods?dryRun=All")),
                other(Reason.NOT_CREATED, event -> ((ObjectNode) event.get("responseStatus")).put("code", 403)),
                other(Reason.NOT_CREATED, event -> event.remove("responseStatus")));
    }

    private static Arguments other(Reason reason, Consumer<ObjectNode> change) {
        return Arguments.of(reason, change);
    }

    private static ObjectNode reference(ObjectNode event) {
        return (ObjectNode) event.get("objectRef");
    }

    @ParameterizedTest
    @MethodSource("others")
    void shouldPassOverWhatIsNoCreatedPod(Reason reason, Consumer<ObjectNode> change) throws IOException {
        ObjectNode event = Recorded.missed();
        change.accept(event);
        assertThat(read(event.toString())).isEqualTo(new Skipped(reason));
    }

    @Test
    void shouldPassOverEveryTruncationOfALine() throws IOException {
        String line = Recorded.missed().toString();
        for (int length = 1; length < line.length(); length += 7) {
            assertThat(read(line.substring(0, length))).isEqualTo(new Skipped(Reason.NOT_JSON));
        }
    }

    private Line read(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return reader.read(bytes, 0, bytes.length);
    }
}
