package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.junit.Readme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code docker-compose.yml} is valid and has what the services have as their defaults. */
class ComposeTest {

    private static final Path FILE = Path.of("..", "docker-compose.yml");

    private final JsonNode file = Kustomize.parse(Files.readString(FILE)).getFirst();
    private final JsonNode services = file.path("services");
    private final Readme readme = Readme.read();

    ComposeTest() throws IOException {}

    @Test
    void shouldBeValid() throws Exception {
        // Given Docker Compose in one of its two forms
        boolean asPlugin = Command.isThere("docker") && Command.succeeds("docker", "compose", "version");
        Assumptions.assumeTrue(
                asPlugin || Command.isThere("docker-compose"), "neither docker compose nor docker-compose is here");

        // Then it takes the file
        assertThat(
                        asPlugin
                                ? Command.run("docker", "compose", "-f", FILE.toString(), "config")
                                : Command.run("docker-compose", "-f", FILE.toString(), "config"))
                .contains("injection-auditor/webhook");
    }

    @Test
    void shouldPutKafkaWhereTheServicesLookForIt() {
        // Given the default
        String brokers = byDefault("### Options of both services for Kafka", "--kafka-bootstrap-servers");
        JsonNode kafka = services.path("kafka");

        // Then Kafka is published there, calls itself so, and leaves the topics to the auditor
        assertThat(Manifests.texts(kafka.path("ports")))
                .containsExactly(brokers + brokers.substring(brokers.indexOf(':')));
        assertThat(environment(kafka, "KAFKA_ADVERTISED_LISTENERS")).isEqualTo("PLAINTEXT://" + brokers);
        assertThat(environment(kafka, "KAFKA_AUTO_CREATE_TOPICS_ENABLE")).isEqualTo("false");
    }

    @Test
    void shouldPutPostgresWhereTheAuditorLooksForIt() {
        // Given the defaults
        String url = byDefault("### Options of the auditor", "--postgres-url");
        String user = byDefault("### Options of the auditor", "--postgres-user");
        JsonNode postgres = services.path("postgres");
        String port = Manifests.texts(postgres.path("ports")).getFirst().replaceFirst(":\\d+$", "");

        // Then PostgreSQL is published there, with that database and that role
        assertThat("jdbc:postgresql://" + port + "/" + environment(postgres, "POSTGRES_DB"))
                .isEqualTo(url);
        assertThat(environment(postgres, "POSTGRES_USER")).isEqualTo(user);
    }

    @Test
    void shouldGiveTheServicesWhatHasNoDefaultAndNothingElse() throws IOException {
        // Given the options of the services
        Map<String, String> headings =
                Map.of("webhook", "### Options of the webhook", "auditor", "### Options of the auditor");
        List<String> hasToBeSet = List.of("INJECTION_AUDITOR_KUBECONFIG", "INJECTION_AUDITOR_SPOOL_FOLDER");

        headings.forEach((service, heading) -> {
            JsonNode container = services.path(service);
            List<Readme.Option> options = readme.options(heading);

            // Then what is required is set, and no default is changed
            assertThat(container.path("environment").propertyNames())
                    .containsAll(options.stream()
                            .filter(Readme.Option::isRequired)
                            .map(Readme.Option::variable)
                            .toList())
                    .allSatisfy(variable -> assertThat(options)
                            .filteredOn(option -> option.variable().equals(variable))
                            .hasSize(1)
                            .allMatch(option -> option.isRequired() || hasToBeSet.contains(variable)));
            // And it sees the network that the defaults are for
            assertThat(container.path("network_mode").asString()).isEqualTo("host");
        });
        // And the images are those that the manifests name
        List<JsonNode> images = Kustomize.parse(Files.readString(Path.of("..", "k8s", "base", "kustomization.yaml")))
                .getFirst()
                .path("images")
                .valueStream()
                .toList();
        assertThat(images)
                .extracting(image -> image.path("name").asString() + ":"
                        + image.path("newTag").asString())
                .containsExactly(
                        services.path("webhook").path("image").asString(),
                        services.path("auditor").path("image").asString());
    }

    @Test
    void shouldKeepWhatWaitsForKafkaWhenTheWebhookIsMadeAnew() throws IOException {
        // Given where the webhook keeps it
        JsonNode webhook = services.path("webhook");
        String spool = environment(webhook, "INJECTION_AUDITOR_SPOOL_FOLDER");

        // Then that is in a volume
        String mount = Manifests.texts(webhook.path("volumes")).stream()
                .filter(volume -> file.path("volumes").has(volume.split(":")[0]))
                .findFirst()
                .orElseThrow();
        String folder = mount.split(":")[1];
        assertThat(spool).startsWith(folder + "/");
        // And the user of the image has been given the volume before the webhook starts
        String pom = Files.readString(Path.of("..", "pom.xml"));
        String user = pom.substring(pom.indexOf("<user>") + "<user>".length(), pom.indexOf("</user>"));
        assertThat(webhook.path("depends_on").propertyNames()).singleElement().satisfies(first -> {
            assertThat(webhook.path("depends_on").path(first).path("condition").asString())
                    .isEqualTo("service_completed_successfully");
            assertThat(Manifests.texts(services.path(first).path("volumes"))).containsExactly(mount);
            assertThat(Manifests.texts(services.path(first).path("entrypoint"))).containsExactly("chown", user, folder);
        });
    }

    private String byDefault(String heading, String name) {
        return readme.options(heading).stream()
                .filter(option -> option.name().equals(name))
                .findFirst()
                .orElseThrow()
                .defaultValue();
    }

    private static String environment(JsonNode service, String name) {
        return service.path("environment").path(name).asString();
    }
}
