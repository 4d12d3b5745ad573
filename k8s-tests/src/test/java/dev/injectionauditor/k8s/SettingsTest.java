package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.junit.Readme;
import dev.injectionauditor.schema.Topics;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What the manifests set is what the services take. */
class SettingsTest {

    private static final Set<String> OTHER_VARIABLES =
            Set.of("INJECTION_AUDITOR_LOG_LEVEL", "INJECTION_AUDITOR_POSTGRES_PASSWORD");

    private final Readme readme = Readme.read();

    SettingsTest() throws IOException {}

    @ParameterizedTest
    @MethodSource("dev.injectionauditor.k8s.Kustomize#overlays")
    void shouldSetOptionsThatThereAre(String overlay) throws Exception {
        // Given all options, by README.md, which other tests hold against the services
        List<JsonNode> objects = Kustomize.build(overlay);
        List<Readme.Option> kafka = readme.options("### Options of both services for Kafka");
        List<Readme.Option> webhook = options("webhook", kafka);
        List<Readme.Option> auditor = options("auditor", kafka);

        // Then every shared setting is an option of one of them
        JsonNode shared = Manifests.all(objects, "ConfigMap")
                .filter(map -> Manifests.name(map).startsWith("injection-auditor"))
                .filter(map -> map.path("data").has("INJECTION_AUDITOR_CLUSTER"))
                .findFirst()
                .orElseThrow();
        assertThat(shared.path("data").propertyNames())
                .allMatch(name -> isVariable(name, webhook) || isVariable(name, auditor));
        // And what each gets for itself is an option of it
        assertFits(Manifests.one(objects, "Deployment", "webhook"), webhook);
        assertFits(Manifests.one(objects, "Deployment", "auditor"), auditor);
        // And what is required is set
        Set<String> requiredByWebhook = required(webhook);
        if (Manifests.texts(Manifests.container(Manifests.one(objects, "Deployment", "webhook"))
                        .path("args"))
                .contains("--tls=self-managed")) {
            requiredByWebhook.removeAll(Set.of("INJECTION_AUDITOR_TLS_CERT", "INJECTION_AUDITOR_TLS_KEY"));
        }
        assertThat(given(objects, shared, "webhook")).containsAll(requiredByWebhook);
        assertThat(given(objects, shared, "auditor")).containsAll(required(auditor));
    }

    private List<Readme.Option> options(String service, List<Readme.Option> kafka) {
        return Stream.concat(readme.options("### Options of the " + service).stream(), kafka.stream())
                .toList();
    }

    private static boolean isVariable(String name, List<Readme.Option> options) {
        return OTHER_VARIABLES.contains(name)
                || name.startsWith("INJECTION_AUDITOR_KAFKA_CLIENT_")
                || options.stream().anyMatch(option -> option.variable().equals(name));
    }

    private static void assertFits(JsonNode deployment, List<Readme.Option> options) {
        JsonNode container = Manifests.container(deployment);
        assertThat(container
                        .path("env")
                        .valueStream()
                        .map(entry -> entry.path("name").asString()))
                .allMatch(name -> isVariable(name, options));
        assertThat(Manifests.texts(container.path("args")))
                .extracting(argument -> argument.split("=")[0])
                .allMatch(name ->
                        options.stream().anyMatch(option -> option.name().equals(name)));
    }

    private static Set<String> given(List<JsonNode> objects, JsonNode shared, String service) {
        JsonNode container = Manifests.container(Manifests.one(objects, "Deployment", service));
        Set<String> given = new HashSet<>(shared.path("data").propertyNames());
        container.path("env").forEach(entry -> given.add(entry.path("name").asString()));
        Manifests.texts(container.path("args")).forEach(argument -> given.add(variable(argument.split("=")[0])));
        return given;
    }

    private static String variable(String option) {
        return "INJECTION_AUDITOR_"
                + option.substring(2).toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static Set<String> required(List<Readme.Option> options) {
        return options.stream()
                .filter(Readme.Option::isRequired)
                .map(Readme.Option::variable)
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Test
    void shouldExposeThePortsThatTheServicesHave() throws Exception {
        // When the base is built
        List<JsonNode> objects = Kustomize.build("base");

        // Then the ports of the containers are the services' defaults
        assertThat(ports(objects, "webhook"))
                .containsExactly(byDefault("webhook", "--port"), byDefault("webhook", "--management-port"));
        assertThat(ports(objects, "auditor")).containsExactly(byDefault("auditor", "--management-port"));
    }

    private static List<Integer> ports(List<JsonNode> objects, String service) {
        return Manifests.container(Manifests.one(objects, "Deployment", service))
                .path("ports")
                .valueStream()
                .map(port -> port.path("containerPort").asInt())
                .toList();
    }

    private int byDefault(String service, String option) {
        return readme.options("### Options of the " + service).stream()
                .filter(found -> found.name().equals(option))
                .map(found -> Integer.parseInt(found.defaultValue()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldMakeTheTopicsThatTheServicesUse() throws Exception {
        // When the overlay for Strimzi is built
        List<JsonNode> topics =
                Manifests.all(Kustomize.build("overlays/strimzi"), "KafkaTopic").toList();

        // Then it has all topics, with as many partitions each as the auditor would give them
        assertThat(topics)
                .extracting(Manifests::name)
                .containsExactlyInAnyOrderElementsOf(Topics.defaults().all());
        assertThat(topics)
                .allSatisfy(topic -> assertThat(topic.at("/spec/partitions").asInt())
                        .isEqualTo(byDefault("auditor", "--topic-partitions")));
    }
}
