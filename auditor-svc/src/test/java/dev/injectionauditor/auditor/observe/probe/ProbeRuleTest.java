package dev.injectionauditor.auditor.observe.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.auditor.observe.probe.ProbeReading.Evidence;
import dev.injectionauditor.auditor.observe.probe.ProbeReading.NoEvidence;
import dev.injectionauditor.auditor.observe.probe.ProbeReading.Why;
import dev.injectionauditor.auditor.observe.scope.ConfiguredWebhook;
import dev.injectionauditor.auditor.observe.scope.Injection;
import dev.injectionauditor.auditor.observe.scope.MatchConditions;
import dev.injectionauditor.auditor.observe.scope.ScopeRule;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Scope.Exemption;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ProbeRuleTest {

    private static final Instant AT = Instant.parse("2026-11-23T06:43:03Z");
    private static final Scope.Configuration OLD =
            new Scope.Configuration("hooks", new UUID(1, 1), 1, AT.minusSeconds(60));
    private static final ScopeRule.Decision CALLED = new ScopeRule.Decision(new Scope(null, OLD), false);

    @Test
    void shouldTakeTheStampForTheSignOfTheWebhook() {
        assertThat(read(pod(true, true), CALLED)).isEqualTo(new Evidence(AT, true, "900"));
        assertThat(read(pod(false, false), CALLED)).isEqualTo(new Evidence(AT, false, "900"));
        // The webhook was called; something after it took the variable away
        assertThat(read(pod(true, false), CALLED)).isEqualTo(new Evidence(AT, true, "900"));
        // The webhook was not called; somebody else set the variable
        assertThat(read(pod(false, true), CALLED)).isEqualTo(new Evidence(AT, false, "900"));
    }

    @Test
    void shouldReadWhatARealApiServerAnswers() throws Exception {
        // Given the recorded answer to a dry run, in which the webhook injected without a stamp
        Pod answered = recorded();

        // Then
        assertThat(PodMapper.lacking(answered)).isEmpty();
        assertThat(read(answered, CALLED)).isEqualTo(new Evidence(AT, false, "900"));
        answered.getMetadata()
                .getAnnotations()
                .put(Injection.STAMP_ANNOTATION, UUID.randomUUID().toString());
        assertThat(read(answered, CALLED)).isEqualTo(new Evidence(AT, true, "900"));
    }

    @Test
    void shouldSayNothingIfTheWebhookWasNotToBeCalled() {
        assertThat(read(pod(false, false), exempt(Exemption.NO_CONFIGURATION, null)))
                .isEqualTo(new NoEvidence(Why.NO_CONFIGURATION));
        for (Exemption exemption : List.of(
                Exemption.RULES, Exemption.NAMESPACE_SELECTOR, Exemption.OBJECT_SELECTOR, Exemption.MATCH_CONDITIONS)) {
            assertThat(read(pod(false, false), exempt(exemption, OLD))).isEqualTo(new NoEvidence(Why.OUT_OF_SCOPE));
        }
        assertThat(read(pod(false, false), new ScopeRule.Decision(new Scope(Exemption.MATCH_CONDITIONS, OLD), true)))
                .isEqualTo(new NoEvidence(Why.UNDECIDABLE));
    }

    @ParameterizedTest
    @CsvSource({
        // seconds from when the configuration came into force to the probe, whether that is evidence
        "-1, false",
        "0, false",
        "1, true",
    })
    void shouldSayNothingAboutTheSecondOfAChange(long seconds, boolean evidence) {
        ScopeRule.Decision decision = new ScopeRule.Decision(
                new Scope(null, new Scope.Configuration("hooks", new UUID(1, 1), 1, AT.minusSeconds(seconds))), false);

        assertThat(read(pod(false, false), decision))
                .isEqualTo(evidence ? new Evidence(AT, false, "900") : new NoEvidence(Why.CONFIGURATION_CHANGED));
    }

    @ParameterizedTest
    @CsvSource({
        "403, Forbidden, REFUSED",
        "422, Invalid, REFUSED",
        "400, BadRequest, REFUSED",
        "404, NotFound, NO_NAMESPACE",
        "429, TooManyRequests, UNREACHABLE",
        "500, InternalError, UNREACHABLE",
        "503, , UNREACHABLE",
    })
    void shouldSayNothingIfThereIsNoPod(int code, String reason, Why why) {
        assertThat(ProbeRule.read(new ProbeAnswer.Refused(code, reason), pod -> CALLED))
                .isEqualTo(new NoEvidence(why));
    }

    @Test
    void shouldSayNothingIfThereIsNoAnswer() {
        assertThat(ProbeRule.read(new ProbeAnswer.None(), pod -> CALLED)).isEqualTo(new NoEvidence(Why.UNREACHABLE));
    }

    @Test
    void shouldNoticeThatAPodWasStored() {
        Pod stored = new PodBuilder(pod(true, true))
                .editMetadata()
                .withResourceVersion("680")
                .endMetadata()
                .build();

        assertThat(read(stored, CALLED)).isEqualTo(new NoEvidence(Why.STORED));
    }

    @ParameterizedTest
    @CsvSource({
        // sideEffects of each configuration that has the webhook, why there is no use
        "'', NO_CONFIGURATION",
        "None, ",
        "NoneOnDryRun, ",
        "Some, SIDE_EFFECTS",
        "Unknown, SIDE_EFFECTS",
        "'None,Unknown', SIDE_EFFECTS",
    })
    void shouldNotProbeAWebhookThatIsNotCalledOnDryRun(String sideEffects, Why why) {
        List<ConfiguredWebhook> configured = Arrays.stream(sideEffects.split(","))
                .filter(value -> !value.isEmpty())
                .map(value ->
                        new MutatingWebhookBuilder().withSideEffects(value).build())
                .map(webhook ->
                        new ConfiguredWebhook("hooks", new UUID(1, 1), 1, AT, webhook, MatchConditions.of(webhook)))
                .toList();

        assertThat(ProbeRule.uselessFor(configured).orElse(null)).isEqualTo(why);
    }

    private static ProbeReading read(Pod pod, ScopeRule.Decision decision) {
        return ProbeRule.read(new ProbeAnswer.Created(pod, "900"), created -> decision);
    }

    private static ScopeRule.Decision exempt(Exemption exemption, Scope.Configuration configuration) {
        return new ScopeRule.Decision(new Scope(exemption, configuration), false);
    }

    private static Pod pod(boolean stamped, boolean variable) {
        Pod pod = new PodBuilder(ProbePod.in("probe"))
                .editMetadata()
                .withCreationTimestamp(AT.toString())
                .endMetadata()
                .build();
        if (stamped) {
            pod.getMetadata()
                    .getAnnotations()
                    .put(Injection.STAMP_ANNOTATION, UUID.randomUUID().toString());
        }
        return variable
                ? new PodBuilder(pod)
                        .editSpec()
                        .editFirstContainer()
                        .addNewEnv()
                        .withName(Injection.VARIABLE)
                        .endEnv()
                        .endContainer()
                        .endSpec()
                        .build()
                : pod;
    }

    private static Pod recorded() throws Exception {
        JsonMapper json = JsonMapper.builder().build();
        Path log = Path.of(ProbeRuleTest.class
                .getResource("/recorded/kube-apiserver-audit.jsonl")
                .toURI());
        try (Stream<String> lines = Files.lines(log)) {
            JsonNode answered = lines.filter(line -> line.contains("dryRun=All"))
                    .map(json::readTree)
                    .findFirst()
                    .orElseThrow(() -> new IOException("no dry run in the recording"))
                    .get("responseObject");
            return new KubernetesSerialization().unmarshal(json.writeValueAsString(answered), Pod.class);
        }
    }
}
