package dev.injectionauditor.auditor.remediate;

import static dev.injectionauditor.auditor.remediate.Bench.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.Topics;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The job that docs/remediation.md shows, taken from there word for word. */
class ExternalRemediatorIT {

    private static final Path DOCUMENT = Path.of("../docs/remediation.md");

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @TempDir
    Path folder;

    private LocalKafka kafka;
    private Bench bench;
    private Process job;

    @BeforeEach
    void start() throws Exception {
        assumeThat(hasPython()).as("Python 3 is installed").isTrue();
        // The document speaks of the topics with their usual names.
        kafka = LocalKafka.start(Files.createTempDirectory("test-kafka"), 0);
        kafka.createTopics(Topics.defaults(), 1);
        bench = new Bench(database.get(), kafka.bootstrapServers(), Topics.defaults());
        Files.writeString(folder.resolve("remediate.py"), block("python"));
        // What an installation of Kafka has on its path.
        tool("kafka-console-consumer.sh", "org.apache.kafka.tools.consumer.ConsoleConsumer");
        tool("kafka-console-producer.sh", "org.apache.kafka.tools.ConsoleProducer");
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", block("sh"))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/ExternalRemediatorIT.log")));
        builder.environment().put("PATH", folder + ":" + System.getenv("PATH"));
        builder.environment().put("KAFKA", kafka.bootstrapServers());
        builder.environment().put("API", bench.cluster.url());
        builder.environment().put("CLUSTER", Bench.SOURCE.cluster());
        job = builder.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (job != null) {
            job.descendants().forEach(ProcessHandle::destroyForcibly);
            job.destroyForcibly().waitFor();
        }
        if (bench != null) {
            bench.close();
        }
        if (kafka != null) {
            kafka.close();
        }
    }

    @Test
    void shouldDoWhatTheDocumentSays() throws Exception {
        // Given missed Pods
        List<Pod> pods = bench.missed("web", 2);
        Pod stillMissed = bench.missed("api", 1).getFirst();
        bench.inject("web");

        // When, then
        RecreationRequest first = request(pods.getFirst());
        RecreationResult recreated = bench.execute(first);
        assertThat(recreated.outcome()).isEqualTo(Outcome.RECREATED);
        assertThat(recreated.owner()).isEqualTo(first.owner());
        assertThat(bench.pods("web"))
                .hasSize(2)
                .doesNotContain(pods.getFirst())
                .contains(pods.get(1))
                .anyMatch(pod -> pod.getMetadata()
                        .getUid()
                        .equals(recreated.replacement().uid().toString()));

        assertThat(bench.execute(request(stillMissed)).outcome()).isEqualTo(Outcome.MISSED_AGAIN);

        RecreationRequest gone = new RecreationRequest(
                "gone", first.pod(), first.owner(), 1, false, first.requestedAt(), first.expiresAt());
        assertThat(bench.execute(gone).outcome()).isEqualTo(Outcome.GONE);

        RecreationRequest dryRun = request(pods.get(1));
        assertThat(bench.execute(new RecreationRequest(
                                "dry", dryRun.pod(), dryRun.owner(), 1, true, dryRun.requestedAt(), dryRun.expiresAt()))
                        .outcome())
                .isEqualTo(Outcome.PLANNED);

        RecreationRequest old = request(pods.get(1), Duration.ofSeconds(-1));
        assertThat(bench.execute(old).outcome()).isEqualTo(Outcome.EXPIRED);
        assertThat(bench.pods("web")).contains(pods.get(1));
    }

    private static boolean hasPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String block(String language) throws IOException {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(DOCUMENT));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    private void tool(String name, String main) throws IOException {
        Path script = Files.writeString(folder.resolve(name), """
                #!/bin/sh
                exec "%s/bin/java" -XX:TieredStopAtLevel=1 -cp "%s" %s "$@"
                """.formatted(
                System.getProperty("java.home"), Path.of("target/kafka-tools").toAbsolutePath() + "/*", main));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }
}
