package dev.injectionauditor.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.webhook.admission.Outcome;
import dev.injectionauditor.webhook.tls.TlsIdentity;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfCheckTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final AtomicLong nanoTime = new AtomicLong();
    private final LastAnswer lastAnswer = new LastAnswer(nanoTime::get);
    private final AtomicReference<TlsIdentity> tls = new AtomicReference<>();

    @Test
    void shouldCountSilenceOnlyWhileThereIsACertificate(@TempDir Path folder) throws Exception {
        // Given a port at which nobody answers, and no certificate for long
        SelfCheck check = checkWhereNobodyAnswers(UUID.randomUUID());
        for (int i = 0; i < 10; i++) {
            pass(Duration.ofMinutes(1));
            assertThatThrownBy(check::runOnce).isInstanceOf(IOException.class).hasMessageContaining("no certificate");
            assertThat(check.hasAnsweredWithin(LIMIT)).isTrue();
        }

        // When there is one
        tls.set(identity(folder));
        pass(Duration.ofMinutes(3));
        assertThatThrownBy(check::runOnce).isInstanceOf(IOException.class);

        // Then the silence counts from now on
        assertThat(check.hasAnsweredWithin(LIMIT)).isTrue();
        pass(Duration.ofSeconds(1));
        assertThat(check.hasAnsweredWithin(LIMIT)).isFalse();
        assertThat(check.hasPassed()).isFalse();
    }

    @Test
    void shouldTakeTheAnswersToOthersForSignsOfLife(@TempDir Path folder) throws Exception {
        // Given a port that takes no new connections, as under a flood of them
        tls.set(identity(folder));
        UUID own = UUID.randomUUID();
        AdmissionReporter reporter = reporter(own);
        SelfCheck check = checkWhereNobodyAnswers(own);

        // When the API server is answered on the connections that it has
        for (int i = 0; i < 20; i++) {
            pass(Duration.ofSeconds(30));
            assertThatThrownBy(check::runOnce).isInstanceOf(IOException.class);
            reporter.answered(new Outcome.Ignored(new byte[0]), 1);
        }

        // Then the service lives, and is ready no sooner for it
        assertThat(check.hasAnsweredWithin(LIMIT)).isTrue();
        assertThat(check.hasPassed()).isFalse();

        // But not if that lasts: who needs a new connection is not answered
        for (int i = 0; i < 11; i++) {
            pass(Duration.ofSeconds(30));
            reporter.answered(new Outcome.Ignored(new byte[0]), 1);
        }
        assertThat(check.hasAnsweredWithin(LIMIT)).isFalse();
    }

    @Test
    void shouldTakeNoAnswerToItselfThatCameLateForASignOfLife() throws Exception {
        // Given a check that was not answered for long
        UUID own = UUID.randomUUID();
        AdmissionReporter reporter = reporter(own);
        SelfCheck check = checkWhereNobodyAnswers(own);

        // When its own request is answered, but not in time
        pass(LIMIT.plusSeconds(1));
        reporter.answered(new Outcome.Injected(new byte[0], dryRunOf(own), true), 1);
        assertThat(check.hasAnsweredWithin(LIMIT)).isFalse();
    }

    private SelfCheck checkWhereNobodyAnswers(UUID own) throws IOException {
        InetSocketAddress nobody = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), FreePorts.find(1).getFirst());
        return new SelfCheck(nobody, tls::get, own, "token", lastAnswer, InstantSource.system());
    }

    private AdmissionReporter reporter(UUID own) {
        return new AdmissionReporter(new WebhookMetrics(new SimpleMeterRegistry()), own, lastAnswer);
    }

    private static Admission dryRunOf(UUID request) {
        return new Admission(request, "self-check", "self-check", null, null, 1, 1, Instant.EPOCH, "replica-1");
    }

    private static TlsIdentity identity(Path folder) throws Exception {
        ServingFiles files = new LocalCertificates().writeServing(folder);
        return TlsIdentity.of(Files.readAllBytes(files.certificate()), Files.readString(files.key()), null);
    }

    private void pass(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }
}
