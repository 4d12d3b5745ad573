package dev.injectionauditor.auditor.observe.scope;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Scope.Exemption;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to the scope when configurations and namespaces change in mid-life. */
class ScopeDeciderTest {

    private static final String WEBHOOK = "host.injection-auditor.dev";
    private static final UUID FIRST = new UUID(1, 1);
    private static final UUID SECOND = new UUID(2, 2);
    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00.500Z");

    private final Map<String, Namespace> inTheServer = new HashMap<>();
    private final Map<String, Pod> wholes = new HashMap<>();
    private final List<String> lookups = new ArrayList<>();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final ConfigurationTracker configurations = new ConfigurationTracker(WEBHOOK, () -> NOW);
    private final NamespaceTracker namespaces = new NamespaceTracker(this::lookUp, () -> NOW);
    private final ScopeDecider decider = new ScopeDecider(
            configurations,
            namespaces,
            new AdmissionVariables(new KubernetesSerialization()),
            slim -> Optional.ofNullable(wholes.get(slim.getMetadata().getUid())),
            metrics);

    @Test
    void shouldDecideByTheConfigurationThatWasThereWhenThePodWasMade() {
        // Given a configuration that was deleted and restored
        MutatingWebhookConfiguration before = configuration("hooks", FIRST, 100, "06:00:00", "in", "shop");
        configurations.onAdd(before);
        namespaces.onAdd(namespace("shop", 50, "05:00:00", Map.of()));
        configurations.onDelete(at(before, 200), false);
        configurations.onAdd(configuration("hooks", SECOND, 300, "07:30:00", "in", "shop"));

        // When Pods of all three times are seen afterwards
        Scope early = decider.apply(pod("shop", 150));
        Scope between = decider.apply(pod("shop", 250));
        Scope late = decider.apply(pod("shop", 350));

        // Then each is decided by its own time
        assertThat(early.exemption()).isNull();
        assertThat(early.configuration().uid()).isEqualTo(FIRST);
        assertThat(early.configuration().inForceSince()).isEqualTo("2026-11-23T06:00:00Z");
        assertThat(between).isEqualTo(new Scope(Exemption.NO_CONFIGURATION, null));
        assertThat(late.exemption()).isNull();
        assertThat(late.configuration().uid()).isEqualTo(SECOND);
        assertThat(late.configuration().inForceSince()).isEqualTo("2026-11-23T07:30:00Z");
    }

    @Test
    void shouldNotBackdateARestoredConfigurationToBeforeItsDeletion() {
        // Given one that was deleted and restored within a second: a creationTimestamp has whole seconds
        MutatingWebhookConfiguration before = configuration("hooks", FIRST, 100, "06:00:00", "in", "shop");
        configurations.onAdd(before);
        configurations.onDelete(at(before, 200), false);
        configurations.onAdd(configuration("hooks", SECOND, 300, "07:00:00", "in", "shop"));
        namespaces.onAdd(namespace("shop", 50, "05:00:00", Map.of()));

        // Then
        assertThat(decider.apply(pod("shop", 350)).configuration().inForceSince())
                .isEqualTo(NOW);
    }

    @Test
    void shouldTakeNoPodForMissedIfTheWatchWasBlindToADeletion() {
        // Given a relist that finds the configuration gone, or another one under its name
        configurations.onAdd(configuration("hooks", FIRST, 100, "06:00:00", "in", "shop"));
        namespaces.onAdd(namespace("shop", 50, "05:00:00", Map.of()));
        configurations.onUpdate(
                configuration("hooks", FIRST, 100, "06:00:00", "in", "shop"),
                configuration("hooks", SECOND, 300, "06:50:00", "in", "shop"));

        // Then Pods in between are exempt, and the new one is in force since then
        assertThat(decider.apply(pod("shop", 100)).exemption()).isNull();
        assertThat(decider.apply(pod("shop", 200)).exemption()).isEqualTo(Exemption.NO_CONFIGURATION);
        assertThat(decider.apply(pod("shop", 350)).configuration().uid()).isEqualTo(SECOND);

        // When it is found gone
        configurations.onDelete(configuration("hooks", SECOND, 300, "06:50:00", "in", "shop"), true);

        // Then
        assertThat(decider.apply(pod("shop", 300)).exemption()).isNull();
        assertThat(decider.apply(pod("shop", 301)).exemption()).isEqualTo(Exemption.NO_CONFIGURATION);
        assertThat(configurations.current()).isEmpty();
    }

    @Test
    void shouldFollowAChangeOfTheSelector() {
        // Given a selector that names one namespace and later another
        MutatingWebhookConfiguration before = configuration("hooks", FIRST, 100, "06:00:00", "in", "shop");
        MutatingWebhookConfiguration after = configuration("hooks", FIRST, 200, "06:40:00", "in", "bank");
        configurations.onAdd(before);
        configurations.onUpdate(before, after);
        namespaces.onAdd(namespace("shop", 50, "05:00:00", Map.of()));
        namespaces.onAdd(namespace("bank", 51, "05:00:00", Map.of()));

        // Then
        assertThat(decider.apply(pod("shop", 150)).exemption()).isNull();
        assertThat(decider.apply(pod("bank", 150)).exemption()).isEqualTo(Exemption.NAMESPACE_SELECTOR);
        assertThat(decider.apply(pod("shop", 250)).exemption()).isEqualTo(Exemption.NAMESPACE_SELECTOR);
        assertThat(decider.apply(pod("bank", 250)).exemption()).isNull();
        assertThat(decider.apply(pod("bank", 250)).configuration().inForceSince())
                .isEqualTo("2026-11-23T06:40:00Z");
    }

    @Test
    void shouldNotCountAChangeThatDecidesNothing() {
        // Given a new certificate authority
        MutatingWebhookConfiguration before = configuration("hooks", FIRST, 100, "06:00:00", "in", "shop");
        MutatingWebhookConfiguration after = new MutatingWebhookConfigurationBuilder(
                        configuration("hooks", FIRST, 200, "06:40:00", "in", "shop"))
                .editFirstWebhook()
                .withNewClientConfig()
                .withCaBundle("bmV3")
                .endClientConfig()
                .endWebhook()
                .build();
        configurations.onAdd(before);
        configurations.onUpdate(before, after);
        namespaces.onAdd(namespace("shop", 50, "05:00:00", Map.of()));

        // Then
        assertThat(decider.apply(pod("shop", 250)).configuration().inForceSince())
                .isEqualTo("2026-11-23T06:00:00Z");
    }

    @Test
    void shouldFollowTheLabelsOfANamespace() {
        // Given a namespace that is labelled, and later has its label taken away
        configurations.onAdd(configuration("hooks", FIRST, 10, "05:00:00", "team", "a"));
        Namespace plain = namespace("shop", 50, "05:00:00", Map.of());
        Namespace labelled = namespace("shop", 100, "06:00:00", Map.of("team", "a"));
        namespaces.onAdd(plain);
        namespaces.onUpdate(plain, labelled);
        namespaces.onUpdate(labelled, namespace("shop", 200, "06:30:00", Map.of("team", "b")));

        // Then
        assertThat(decider.apply(pod("shop", 60)).exemption()).isEqualTo(Exemption.NAMESPACE_SELECTOR);
        assertThat(decider.apply(pod("shop", 150)).exemption()).isNull();
        assertThat(decider.apply(pod("shop", 150)).configuration().inForceSince())
                .isEqualTo("2026-11-23T06:00:00Z");
        assertThat(decider.apply(pod("shop", 250)).exemption()).isEqualTo(Exemption.NAMESPACE_SELECTOR);
    }

    @Test
    void shouldAskForANamespaceThatTheWatchHasNotToldOf() {
        // Given a Pod that is faster than its namespace
        configurations.onAdd(configuration("hooks", FIRST, 10, "05:00:00", "team", "a"));
        inTheServer.put("fresh", namespace("fresh", 90, "06:00:00", Map.of("team", "a")));

        // Then
        assertThat(decider.apply(pod("fresh", 100)).exemption()).isNull();
        assertThat(undecidable()).isZero();
    }

    @Test
    void shouldCountPodsOfANamespaceThatNobodyKnows() {
        // Given
        configurations.onAdd(configuration("hooks", FIRST, 10, "05:00:00", "team", "a"));

        // Then
        assertThat(decider.apply(pod("nowhere", 100)).exemption()).isEqualTo(Exemption.NAMESPACE_SELECTOR);
        assertThat(decider.apply(pod("nowhere", 101)).exemption()).isEqualTo(Exemption.NAMESPACE_SELECTOR);
        assertThat(undecidable()).isEqualTo(2);
        assertThat(lookups).as("asked for once").containsExactly("nowhere");
    }

    @Test
    void shouldCountPodsWhoseMatchConditionsItCannotDecide() {
        // Given conditions that only the API server can decide
        configurations.onAdd(
                new MutatingWebhookConfigurationBuilder(configuration("hooks", FIRST, 100, "06:00:00", "in", "shop"))
                        .editFirstWebhook()
                        .addNewMatchCondition("request.userInfo.username != 'admin'", "not-admin")
                        .endWebhook()
                        .build());
        namespaces.onAdd(namespace("shop", 50, "05:00:00", Map.of()));

        // Then
        assertThat(decider.apply(pod("shop", 150)).exemption()).isEqualTo(Exemption.MATCH_CONDITIONS);
        assertThat(undecidable()).isEqualTo(1);
    }

    @Test
    void shouldEvaluateNoConditionOnAPodThatWasReadSlim() {
        // Given a condition that holds for what has no scheduler of its own, as every Pod read slim looks like
        assertThat(configurations.conditions()).isEmpty();
        configurations.onAdd(
                new MutatingWebhookConfigurationBuilder(configuration("hooks", FIRST, 100, "06:00:00", "in", "shop"))
                        .editFirstWebhook()
                        .addNewMatchCondition("!has(object.spec.schedulerName)", "usual")
                        .endWebhook()
                        .build());
        namespaces.onAdd(namespace("shop", 50, "05:00:00", Map.of()));
        assertThat(configurations.conditions()).hasSize(1);
        Pod whole = new PodBuilder(pod("shop", 150))
                .editOrNewSpec()
                .withSchedulerName("own")
                .endSpec()
                .build();
        Pod slim = part(whole, Map.of());

        // When the whole Pod cannot be had, then nothing is decided
        assertThat(decider.apply(slim).exemption()).isEqualTo(Exemption.MATCH_CONDITIONS);
        assertThat(undecidable()).isEqualTo(1);

        // When it can, then it is decided by that
        wholes.put(whole.getMetadata().getUid(), whole);
        assertThat(decider.apply(slim)).isEqualTo(decider.apply(whole));
        assertThat(decider.apply(slim).exemption()).isEqualTo(Exemption.MATCH_CONDITIONS);
        assertThat(undecidable()).isEqualTo(1);

        // When it was decided while it was read, then nobody is asked
        wholes.clear();
        MatchConditions conditions = configurations.conditions().iterator().next();
        Pod usual = part(whole, Map.of(conditions, MatchConditions.Decision.CALLED));
        assertThat(decider.apply(usual).exemption()).isNull();
        Pod own = part(whole, Map.of(conditions, MatchConditions.Decision.NOT_CALLED));
        assertThat(decider.apply(own)).isEqualTo(decider.apply(whole));
        assertThat(undecidable()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a-hooks", "z-hooks"})
    void shouldCallIfAnyConfigurationOfTheWebhookCalls(String name) {
        // Given two configurations that have the webhook, in either order
        configurations.onAdd(configuration("hooks", FIRST, 100, "06:00:00", "in", "bank"));
        configurations.onAdd(configuration(name, SECOND, 110, "06:00:00", "in", "shop"));
        namespaces.onAdd(namespace("shop", 50, "05:00:00", Map.of()));

        // Then
        assertThat(decider.apply(pod("shop", 150)).exemption()).isNull();
        assertThat(decider.apply(pod("shop", 150)).configuration().name()).isEqualTo(name);
    }

    @Test
    void shouldLookAtNoOtherWebhookOfTheConfiguration() {
        // Given a configuration with three webhooks, of which the others are for all namespaces
        configurations.onAdd(
                new MutatingWebhookConfigurationBuilder(configuration("hooks", FIRST, 100, "06:00:00", "in", "shop"))
                        .addToWebhooks(0, everywhere("a.example.org"))
                        .addToWebhooks(everywhere("z.example.org"))
                        .build());
        namespaces.onAdd(namespace("shop", 50, "05:00:00", Map.of()));
        namespaces.onAdd(namespace("bank", 51, "05:00:00", Map.of()));

        // Then
        assertThat(decider.apply(pod("shop", 150)).exemption()).isNull();
        assertThat(decider.apply(pod("bank", 150)).exemption()).isEqualTo(Exemption.NAMESPACE_SELECTOR);

        // When ours is taken out
        configurations.onUpdate(
                configuration("hooks", FIRST, 100, "06:00:00", "in", "shop"),
                new MutatingWebhookConfigurationBuilder(configuration("hooks", FIRST, 200, "06:40:00", "in", "shop"))
                        .withWebhooks(everywhere("a.example.org"))
                        .build());

        // Then it is not configured any more
        assertThat(decider.apply(pod("shop", 250)).exemption()).isEqualTo(Exemption.NO_CONFIGURATION);
        assertThat(decider.apply(pod("shop", 150)).exemption()).isNull();
    }

    private static MutatingWebhook everywhere(String name) {
        return new MutatingWebhookBuilder(configuration("any", FIRST, 1, "06:00:00", "in", "any")
                        .getWebhooks()
                        .getFirst())
                .withName(name)
                .withNamespaceSelector(null)
                .build();
    }

    private static Pod part(Pod whole, Map<MatchConditions, MatchConditions.Decision> decisions) {
        Pod part = new Part(decisions);
        part.setMetadata(whole.getMetadata());
        return part;
    }

    private static final class Part extends Pod implements PartlyRead {

        private static final long serialVersionUID = 1;

        private final transient Map<MatchConditions, MatchConditions.Decision> decisions;

        private Part(Map<MatchConditions, MatchConditions.Decision> decisions) {
            this.decisions = decisions;
        }

        @Override
        public Optional<MatchConditions.Decision> decision(MatchConditions conditions) {
            return Optional.ofNullable(decisions.get(conditions));
        }
    }

    private Optional<Namespace> lookUp(String name) {
        lookups.add(name);
        return Optional.ofNullable(inTheServer.get(name));
    }

    private double undecidable() {
        return metrics.counter("injection_auditor_scope_undecidable").count();
    }

    /** @param label {@code in} selects a namespace by its name */
    private static MutatingWebhookConfiguration configuration(
            String name, UUID uid, long version, String written, String label, String value) {
        return new MutatingWebhookConfigurationBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(uid.toString())
                .withResourceVersion(Long.toString(version))
                .withCreationTimestamp("2026-11-23T05:00:00Z")
                .addNewManagedField()
                .withTime("2026-11-23T" + written + "Z")
                .endManagedField()
                .endMetadata()
                .addNewWebhook()
                .withName(WEBHOOK)
                .withFailurePolicy("Ignore")
                .addNewRule()
                .withOperations("CREATE")
                .withApiGroups("")
                .withApiVersions("v1")
                .withResources("pods")
                .endRule()
                .withNewNamespaceSelector()
                .addToMatchLabels(label.equals("in") ? "kubernetes.io/metadata.name" : label, value)
                .endNamespaceSelector()
                .endWebhook()
                .build();
    }

    private static MutatingWebhookConfiguration at(MutatingWebhookConfiguration configuration, long version) {
        return new MutatingWebhookConfigurationBuilder(configuration)
                .editMetadata()
                .withResourceVersion(Long.toString(version))
                .endMetadata()
                .build();
    }

    private static Namespace namespace(String name, long version, String written, Map<String, String> labels) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(new UUID(3, name.hashCode()).toString())
                .withResourceVersion(Long.toString(version))
                .withCreationTimestamp("2026-11-23T04:00:00Z")
                .addToLabels("kubernetes.io/metadata.name", name)
                .addToLabels(labels)
                .addNewManagedField()
                .withTime("2026-11-23T" + written + "Z")
                .endManagedField()
                .endMetadata()
                .build();
    }

    private static Pod pod(String namespace, long version) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("web")
                .withUid(new UUID(4, version).toString())
                .withResourceVersion(Long.toString(version))
                .withCreationTimestamp("2026-11-23T06:45:00Z")
                .endMetadata()
                .build();
    }
}
