package dev.injectionauditor.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kafka is stopped, and the webhook is killed in the middle of that. {@code -Dwebhook.kafka-outage=PT5M} sets how long
 * Kafka is away; the default is short.
 */
@Timeout(900)
class KafkaOutageIT {

    private static final Duration OUTAGE = Duration.parse(System.getProperty("webhook.kafka-outage", "PT6S"));
    private static final Duration BETWEEN_PODS = Duration.ofMillis(10);
    private static final String BODY = new String(Recorded.body("020-CREATE-web-8d88b6668-.json"), UTF_8);
    private static final String RECORDED_UID = "ba92b94f-f7a2-4799-8411-daac72d88c62";

    @TempDir
    private Path folder;

    private final LocalCertificates authority = new LocalCertificates();
    private final List<UUID> answered = new ArrayList<>();

    @Test
    void shouldTellOfEveryAnsweredAdmissionInOrder() throws Exception {
        ServingFiles tls = authority.writeServing(folder.resolve("tls"));
        try (LocalKafka kafka = LocalKafka.start(folder.resolve("kafka"), 0)) {
            kafka.createTopics(Topics.defaults(), 1);
            String[] options = {
                "--kafka-bootstrap-servers=" + kafka.bootstrapServers(),
                "--spool-folder=" + folder.resolve("spool"),
                "--drain=0s"
            };

            // Given a webhook that sends, until Kafka is stopped
            try (WebhookProcess first = WebhookProcess.start(folder.resolve("first.log"), tls, options)) {
                first.awaitReady();
                admit(first, Duration.ofSeconds(1), () -> {});
                await().until(() -> first.management().metric("events_sent_total") >= answered.size());
                kafka.stop();

                // When it is killed while it answers
                admit(first, OUTAGE.dividedBy(2), first::kill);
            }

            // And another process goes on in its folder, before and after Kafka is back
            try (WebhookProcess second = WebhookProcess.start(folder.resolve("second.log"), tls, options)) {
                second.awaitReady();
                int before = answered.size();
                admit(second, OUTAGE.dividedBy(2), () -> {});
                assertThat(second.management().metric("events_waiting")).isGreaterThan(answered.size() - before);
                kafka.startAgain();
                admit(second, Duration.ofSeconds(1), () -> {});
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> second.management().metric("events_waiting") == 0);
                for (String reason : List.of("dropped", "damaged", "refused", "unrecorded")) {
                    assertThat(second.management().metric("events_lost_total{reason=\"" + reason + "\"}"))
                            .as(reason)
                            // One that was being written when it was killed: its answer had not left.
                            .isLessThanOrEqualTo(reason.equals("damaged") ? 1 : 0);
                }
            }

            // Then each answered admission is on the topic, in the order of the answers
            try (AdmissionTopic topic = new AdmissionTopic(kafka.bootstrapServers(), Topics.defaults())) {
                List<UUID> events = topic.nextAdmissions(answered.size()).stream()
                        .map(Admission::requestUid)
                        .distinct()
                        .toList();
                assertThat(events).containsSubsequence(answered);
                // The last request before the kill may have an event and no answer.
                assertThat(events).hasSizeBetween(answered.size(), answered.size() + 1);
            }
        }
    }

    /**
     * Has Pods admitted one after the other, about 100 in a second, for so long; then goes on until the end of that.
     */
    private void admit(WebhookProcess webhook, Duration time, Runnable end) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread ending = Thread.ofVirtual().start(() -> {
            LockSupport.parkNanos(time.toNanos());
            end.run();
            over.set(true);
        });
        try (WebhookCaller caller = new WebhookCaller(webhook.port(), authority.authorityPem());
                SSLSocket connection = caller.connect()) {
            while (!over.get()) {
                UUID uid = UUID.randomUUID();
                byte[] body = BODY.replace(RECORDED_UID, uid.toString()).getBytes(UTF_8);
                connection.getOutputStream().write(WebhookCaller.onTheWire(body));
                WebhookCaller.readAnswer(connection.getInputStream());
                answered.add(uid);
                LockSupport.parkNanos(BETWEEN_PODS.toNanos());
            }
        } catch (IOException e) {
            ending.join();
            if (webhook.isAlive()) {
                throw e; // it was not killed
            }
        }
        ending.join();
    }
}
