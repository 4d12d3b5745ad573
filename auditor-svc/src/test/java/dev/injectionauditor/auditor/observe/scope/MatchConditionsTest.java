package dev.injectionauditor.auditor.observe.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.injectionauditor.auditor.observe.scope.MatchConditions.Decision;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatchConditionsTest {

    private static final AdmissionVariables VARIABLES = new AdmissionVariables(new KubernetesSerialization());

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            # what is there
            object.metadata.labels['app'] == 'web'                                          ; CALLED
            object.metadata.labels.app == 'db'                                              ; NOT_CALLED
            has(object.metadata.labels.app) && !has(object.metadata.labels.team)            ; CALLED
            !('team' in object.metadata.labels)                                             ; CALLED
            object.metadata.?labels.?team.orValue('none') == 'none'                         ; CALLED
            object.metadata.labels.all(key, value, value.size() > 1)                        ; CALLED
            object.metadata.namespace in ['shop', 'bank']                                   ; CALLED
            object.metadata.namespace.matches('^sho')                                       ; CALLED
            object.kind == 'Pod' && object.apiVersion == 'v1'                               ; CALLED
            object.spec.containers.all(c, c.image.startsWith('registry.example/'))          ; CALLED
            object.spec.containers.exists(c, c.name == 'init')                              ; NOT_CALLED
            object.spec.containers.map(c, c.name).join(',') == 'web,log'                    ; CALLED
            size(object.spec.containers) == 2 && object.spec.priority == 0                  ; CALLED
            object.spec.priority < 0.5                                                      ; CALLED
            object.spec.containers[0].ports[0].containerPort + 1 == 8081                    ; CALLED
            object.spec.?hostNetwork.orValue(false) == true                                 ; NOT_CALLED
            sets.contains(object.spec.containers.map(c, c.name), ['web'])                   ; CALLED
            'WEB'.lowerAscii() == object.metadata.labels.app                                ; CALLED
            # the request
            request.operation == 'CREATE' && request.namespace == 'shop'                    ; CALLED
            request.kind.kind == 'Pod' && request.kind.group == '' && request.kind.version == 'v1' ; CALLED
            request.resource.resource == 'pods' && request.requestResource.resource == 'pods' ; CALLED
            request.name == 'web'                                                           ; CALLED
            !has(request.subResource)                                                       ; CALLED
            !request.dryRun                                                                 ; CALLED
            request.dryRun                                                                  ; NOT_CALLED
            oldObject == null                                                               ; CALLED
            oldObject != null                                                               ; NOT_CALLED
            # what is not there fails, and a failure means not called under Ignore
            object.metadata.labels.team == 'a'                                              ; NOT_CALLED
            object.metadata.annotations['x'] == 'a'                                         ; NOT_CALLED
            has(oldObject.metadata)                                                         ; NOT_CALLED
            object.spec.containers[7].name == 'x'                                           ; NOT_CALLED
            object.metadata.labels.app < 3                                                  ; NOT_CALLED
            int(object.metadata.labels.app) == 3                                            ; NOT_CALLED
            1 / (size(object.spec.containers) - 2) == 0                                     ; NOT_CALLED
            object.metadata.labels.team == 'a' || true                                      ; CALLED
            object.metadata.labels.team == 'a' && false                                     ; NOT_CALLED
            # what the server and the kubelet set later
            has(object.metadata.uid) || has(object.metadata.resourceVersion)                ; NOT_CALLED
            has(object.metadata.generation) || has(object.metadata.deletionTimestamp)       ; NOT_CALLED
            has(object.status.phase)                                                        ; NOT_CALLED
            object.status.phase == 'Running'                                                ; NOT_CALLED
            has(object.status)                                                              ; CALLED
            has(object.metadata.name)                                                       ; CALLED
            # what cannot be known
            object.spec.nodeName == 'node-1'                                                ; UNDECIDABLE
            !has(object.spec.nodeName)                                                      ; UNDECIDABLE
            object.spec.exists(key, key == 'nodeName')                                      ; UNDECIDABLE
            !has(object.spec.nodeName) || true                                              ; CALLED
            has(object.metadata.creationTimestamp)                                          ; UNDECIDABLE
            request.userInfo.username == 'admin'                                            ; UNDECIDABLE
            !(request.userInfo.groups.exists(g, g == 'system:nodes'))                       ; UNDECIDABLE
            has(request.options)                                                            ; UNDECIDABLE
            request.userInfo.username == 'admin' && object.metadata.namespace == 'bank'     ; NOT_CALLED
            request.userInfo.username == 'admin' || object.metadata.namespace == 'shop'     ; CALLED
            authorizer.group('').resource('pods').check('create').allowed()                 ; UNDECIDABLE
            authorizer != null                                                              ; UNDECIDABLE
            namespaceObject.metadata.name == 'shop'                                         ; UNDECIDABLE
            quantity(object.spec.containers[0].resources.limits.memory).isGreaterThan(quantity('1Gi')) ; UNDECIDABLE
            object.metadata.finalizers.indexOf('x') >= 0                                    ; UNDECIDABLE
            params.x == 1                                                                   ; UNDECIDABLE
            object.metadata.namespace ==                                                    ; UNDECIDABLE
            # no bool: the API server does not store it
            object.metadata.name                                                            ; UNDECIDABLE
            """)
    void shouldDecideAsTheApiServerDoes(String expression, Decision decision) {
        assertThat(decide(pod(), "Ignore", expression)).isEqualTo(decision);
    }

    @ParameterizedTest
    @CsvSource({
        // a condition each: true, false, failing or unknown; the decision under Ignore, under Fail
        "true, true, CALLED, CALLED",
        "true, false, NOT_CALLED, NOT_CALLED",
        "failing, false, NOT_CALLED, NOT_CALLED",
        "false, failing, NOT_CALLED, NOT_CALLED",
        "true, failing, NOT_CALLED, UNDECIDABLE",
        "failing, true, NOT_CALLED, UNDECIDABLE",
        "unknown, true, UNDECIDABLE, UNDECIDABLE",
        "true, unknown, UNDECIDABLE, UNDECIDABLE",
        "unknown, false, NOT_CALLED, NOT_CALLED",
        "false, unknown, NOT_CALLED, NOT_CALLED",
        "unknown, failing, NOT_CALLED, UNDECIDABLE",
        "failing, unknown, NOT_CALLED, UNDECIDABLE",
    })
    void shouldCombineConditionsAsTheApiServerDoes(String one, String other, Decision underIgnore, Decision underFail) {
        assertThat(decide(pod(), "Ignore", condition(one), condition(other))).isEqualTo(underIgnore);
        assertThat(decide(pod(), "Fail", condition(one), condition(other))).isEqualTo(underFail);
    }

    @Test
    void shouldCallWithoutConditions() {
        assertThat(decide(pod(), "Ignore")).isEqualTo(Decision.CALLED);
    }

    @Test
    void shouldNotKnowANameThatTheServerGenerated() {
        // Given a Pod of a ReplicaSet and one of a StatefulSet, which gives both
        Pod generated = named("web-8d88b6668-5vkzc", "web-8d88b6668-");
        Pod given = named("db-0", "db-");

        // Then
        assertThat(decide(generated, "Ignore", "has(object.metadata.name) || has(request.name)"))
                .isEqualTo(Decision.NOT_CALLED);
        assertThat(decide(given, "Ignore", "object.metadata.name == 'db-0' && request.name == 'db-0'"))
                .isEqualTo(Decision.CALLED);
    }

    @Test
    void shouldNotSeeWhatTheWebhookItselfPutIn() {
        // Given the condition that spares Pods which have all they need
        String condition =
                "!object.spec.containers.all(c, has(c.env) && c.env.exists(e, e.name == '" + Injection.VARIABLE + "'))";
        Pod set = new PodBuilder(pod())
                .editSpec()
                .editMatchingContainer(container -> true)
                .addNewEnv()
                .withName(Injection.VARIABLE)
                .endEnv()
                .endContainer()
                .removeMatchingFromContainers(container -> !"web".equals(container.getName()))
                .endSpec()
                .build();
        Pod injected = new PodBuilder(set)
                .editMetadata()
                .addToAnnotations(Injection.STAMP_ANNOTATION, "f79d6eb0-6639-4d1e-95d7-91bd7db98806")
                .endMetadata()
                .build();

        // Then the variable counts only where the user set it
        assertThat(decide(set, "Ignore", condition)).isEqualTo(Decision.NOT_CALLED);
        assertThat(decide(injected, "Ignore", condition)).isEqualTo(Decision.CALLED);
        assertThat(decide(injected, "Ignore", "has(object.metadata.annotations)"))
                .isEqualTo(Decision.NOT_CALLED);
    }

    @Test
    void shouldGiveUpOnAnExpressionThatCostsTooMuch() {
        // Given loops in loops: 100,000 iterations
        String list = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
        String loops = "true";
        for (String variable : new String[] {"a", "b", "c", "d", "e"}) {
            loops = list + ".all(" + variable + ", " + loops + ")";
        }
        String expression = loops;

        // Then
        assertThat(assertTimeout(Duration.ofSeconds(10), () -> decide(pod(), "Ignore", expression)))
                .isEqualTo(Decision.UNDECIDABLE);
    }

    private static String condition(String kind) {
        return switch (kind) {
            case "failing" -> "object.metadata.labels.team == 'a'";
            case "unknown" -> "request.userInfo.username == 'admin'";
            default -> kind;
        };
    }

    private static Decision decide(Pod pod, String failurePolicy, String... expressions) {
        MutatingWebhookBuilder webhook = new MutatingWebhookBuilder().withFailurePolicy(failurePolicy);
        for (String expression : expressions) {
            webhook.addNewMatchCondition()
                    .withName("c" + webhook.buildMatchConditions().size())
                    .withExpression(expression)
                    .endMatchCondition();
        }
        return MatchConditions.of(webhook.build()).decide(VARIABLES.of(pod, false));
    }

    private static Pod named(String name, String generateName) {
        return new PodBuilder(pod())
                .editMetadata()
                .withName(name)
                .withGenerateName(generateName)
                .endMetadata()
                .build();
    }

    private static Pod pod() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("web")
                .withNamespace("shop")
                .withUid("6c209903-3272-4f27-9b2d-abbb4b4d29a8")
                .withResourceVersion("680")
                .withGeneration(1L)
                .withCreationTimestamp("2026-11-23T06:43:03Z")
                .withDeletionTimestamp("2026-11-23T06:44:03Z")
                .addToLabels("app", "web")
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .withPriority(0)
                .addNewContainer()
                .withName("web")
                .withImage("registry.example/web:1")
                .addNewPort()
                .withContainerPort(8080)
                .endPort()
                .endContainer()
                .addNewContainer()
                .withName("log")
                .withImage("registry.example/log:1")
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .endStatus()
                .build();
    }
}
