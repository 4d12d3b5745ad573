package dev.injectionauditor.auditor.observe.scope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Scope.Exemption;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeRuleTest {

    private static final Function<MatchConditions, MatchConditions.Decision> UNKNOWN =
            conditions -> MatchConditions.Decision.UNDECIDABLE;

    private static final Instant CONFIGURED = Instant.parse("2026-11-23T06:00:00Z");
    private static final LabelsInForce PLAIN = new LabelsInForce(Map.of(), Instant.EPOCH);

    @Test
    void shouldCallTheWebhookForAnOrdinaryPod() {
        Scope scope = decide(pod(Map.of()), configured(webhook().build()), PLAIN);

        assertThat(scope.exemption()).isNull();
        assertThat(scope.configuration().inForceSince()).isEqualTo(CONFIGURED);
    }

    @Test
    void shouldExemptWhatNoConfigurationCovers() {
        Scope scope = decide(pod(Map.of()), null, PLAIN);

        assertThat(scope).isEqualTo(new Scope(Exemption.NO_CONFIGURATION, null));
    }

    @Test
    void shouldExemptMirrorPods() {
        Pod mirror = new PodBuilder(pod(Map.of()))
                .editMetadata()
                .addToAnnotations(ScopeRule.MIRROR_ANNOTATION, "hash")
                .endMetadata()
                .build();

        assertThat(exemption(mirror, webhook().build(), Map.of())).isEqualTo(Exemption.MIRROR_POD);
    }

    @ParameterizedTest
    @CsvSource({
        // operation, group, version, resource, scope, whether the creation of Pods is covered
        "CREATE, '', v1, pods, *, true",
        "*, '', v1, pods, Namespaced, true",
        "CREATE, '*', '*', '*', '*', true",
        "CREATE, '', v1, '*/*', '*', true",
        "CREATE, '', v1, 'pods/*', '*', true",
        "CREATE, '', v1, pods/status, '*', false",
        "CREATE, '', v1, 'pods/ephemeralcontainers', '*', false",
        "UPDATE, '', v1, pods, '*', false",
        "CREATE, apps, v1, pods, '*', false",
        "CREATE, '', v1beta1, pods, '*', false",
        "CREATE, '', v1, deployments, '*', false",
        "CREATE, '', v1, pods, Cluster, false",
    })
    void shouldReadRulesAsTheApiServerDoes(
            String operation, String group, String version, String resource, String scope, boolean covered) {
        MutatingWebhook webhook = new MutatingWebhookBuilder()
                .addNewRule()
                .withOperations(operation)
                .withApiGroups(group)
                .withApiVersions(version)
                .withResources(resource)
                .withScope(scope)
                .endRule()
                .build();

        assertThat(exemption(pod(Map.of()), webhook, Map.of())).isEqualTo(covered ? null : Exemption.RULES);
    }

    @ParameterizedTest
    @CsvSource({
        // operator, values, value of the label or nothing, whether it matches
        "In, 'a,b', a, true",
        "In, 'a,b', c, false",
        "In, 'a,b', , false",
        "NotIn, 'a,b', a, false",
        "NotIn, 'a,b', c, true",
        "NotIn, 'a,b', , true",
        "Exists, '', a, true",
        "Exists, '', , false",
        "DoesNotExist, '', a, false",
        "DoesNotExist, '', , true",
    })
    void shouldReadSelectorsAsTheApiServerDoes(String operator, String values, String label, boolean matches) {
        LabelSelector selector = new LabelSelectorBuilder()
                .addNewMatchExpression()
                .withKey("key")
                .withOperator(operator)
                .withValues(values.isEmpty() ? List.of() : List.of(values.split(",")))
                .endMatchExpression()
                .build();
        Map<String, String> labels = label == null ? Map.of("other", "x") : Map.of("key", label, "other", "x");

        assertThat(exemption(
                        pod(Map.of()), webhook().withNamespaceSelector(selector).build(), labels))
                .isEqualTo(matches ? null : Exemption.NAMESPACE_SELECTOR);
        assertThat(exemption(pod(labels), webhook().withObjectSelector(selector).build(), Map.of()))
                .isEqualTo(matches ? null : Exemption.OBJECT_SELECTOR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Exact", "Equivalent"})
    void shouldFindNoDifferenceInTheMatchPolicy(String policy) {
        // Pods exist in one group and version only, so there is no equivalent one
        MutatingWebhook other = new MutatingWebhookBuilder()
                .withMatchPolicy(policy)
                .addNewRule()
                .withOperations("CREATE")
                .withApiGroups("extensions")
                .withApiVersions("v1beta1")
                .withResources("pods")
                .endRule()
                .build();

        assertThat(exemption(pod(Map.of()), webhook().withMatchPolicy(policy).build(), Map.of()))
                .isNull();
        assertThat(exemption(pod(Map.of()), other, Map.of())).isEqualTo(Exemption.RULES);
    }

    @Test
    void shouldAskForTheVariablesOnlyIfThereAreMatchConditions() {
        // Given
        MutatingWebhook plain = webhook().build();
        MutatingWebhook conditional = webhook()
                .withFailurePolicy("Ignore")
                .addNewMatchCondition("request.namespace == 'bank'", "bank")
                .build();
        Function<MatchConditions, MatchConditions.Decision> none = conditions -> {
            throw new AssertionError("not needed");
        };

        // Then
        assertThat(ScopeRule.decide(pod(Map.of()), configured(plain), PLAIN, none)
                        .scope()
                        .exemption())
                .isNull();
        assertThat(ScopeRule.decide(
                        pod(Map.of()),
                        configured(conditional),
                        PLAIN,
                        conditions -> conditions.decide(List.of(Map.of("request", Map.of("namespace", "shop"))))))
                .satisfies(decision -> {
                    assertThat(decision.scope().exemption()).isEqualTo(Exemption.MATCH_CONDITIONS);
                    assertThat(decision.undecidable()).isFalse();
                });
    }

    @Test
    void shouldNeedTheNamespaceOnlyIfItIsSelectedBy() {
        // Given a namespace that nobody knows
        MutatingWebhook selecting = webhook()
                .withNewNamespaceSelector()
                .addToMatchLabels("team", "a")
                .endNamespaceSelector()
                .build();

        // Then
        assertThat(ScopeRule.decide(pod(Map.of()), configured(webhook().build()), null, UNKNOWN))
                .satisfies(decision -> assertThat(decision.scope().exemption()).isNull());
        assertThat(ScopeRule.decide(pod(Map.of()), configured(selecting), null, UNKNOWN)
                        .undecidable())
                .isTrue();
    }

    @Test
    void shouldCountANewerNamespaceAsAChangeOfTheConfigurationIfItIsSelected() {
        // Given a namespace that was labelled after the webhook was configured
        LabelsInForce namespace = new LabelsInForce(Map.of("team", "a"), CONFIGURED.plusSeconds(60));
        LabelSelector selector =
                new LabelSelectorBuilder().addToMatchLabels("team", "a").build();

        // Then that counts if namespaces are selected by label
        assertThat(decide(
                                pod(Map.of()),
                                configured(webhook()
                                        .withNamespaceSelector(selector)
                                        .build()),
                                namespace)
                        .configuration()
                        .inForceSince())
                .isEqualTo(namespace.since());
        assertThat(decide(pod(Map.of()), configured(webhook().build()), namespace)
                        .configuration()
                        .inForceSince())
                .isEqualTo(CONFIGURED);
    }

    private static Scope decide(Pod pod, ConfiguredWebhook configured, LabelsInForce namespace) {
        return ScopeRule.decide(pod, configured, namespace, UNKNOWN).scope();
    }

    private static Exemption exemption(Pod pod, MutatingWebhook webhook, Map<String, String> namespaceLabels) {
        return decide(pod, configured(webhook), new LabelsInForce(namespaceLabels, Instant.EPOCH))
                .exemption();
    }

    private static ConfiguredWebhook configured(MutatingWebhook webhook) {
        return new ConfiguredWebhook("hooks", new UUID(1, 1), 1, CONFIGURED, webhook, MatchConditions.of(webhook));
    }

    private static MutatingWebhookBuilder webhook() {
        return new MutatingWebhookBuilder()
                .addNewRule()
                .withOperations("CREATE")
                .withApiGroups("")
                .withApiVersions("v1")
                .withResources("pods")
                .endRule();
    }

    private static Pod pod(Map<String, String> labels) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web")
                .withLabels(labels)
                .endMetadata()
                .build();
    }
}
