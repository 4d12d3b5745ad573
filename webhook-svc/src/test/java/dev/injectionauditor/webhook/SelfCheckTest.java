package dev.injectionauditor.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import dev.injectionauditor.webhook.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfCheckTest {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final AtomicLong nanoTime = new AtomicLong();
    private final AtomicReference<TlsIdentity> tls = new AtomicReference<>();

    @Test
    void shouldCountSilenceOnlyWhileThereIsACertificate(@TempDir Path folder) throws Exception {
        // Given a port at which nobody answers, and no certificate for long
        InetSocketAddress nobody = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), FreePorts.find(1).getFirst());
        SelfCheck check =
                new SelfCheck(nobody, tls::get, UUID.randomUUID(), "token", InstantSource.system(), nanoTime::get);
        for (int i = 0; i < 10; i++) {
            pass(Duration.ofMinutes(1));
            assertThatThrownBy(check::runOnce).isInstanceOf(IOException.class).hasMessageContaining("no certificate");
            assertThat(check.hasAnsweredWithin(LIMIT)).isTrue();
        }

        // When there is one
        ServingFiles files = new LocalCertificates().writeServing(folder);
        tls.set(TlsIdentity.of(Files.readAllBytes(files.certificate()), Files.readString(files.key()), null));
        pass(Duration.ofMinutes(3));
        assertThatThrownBy(check::runOnce).isInstanceOf(IOException.class);

        // Then the silence counts from now on
        assertThat(check.hasAnsweredWithin(LIMIT)).isTrue();
        pass(Duration.ofSeconds(1));
        assertThat(check.hasAnsweredWithin(LIMIT)).isFalse();
        assertThat(check.hasPassed()).isFalse();
    }

    private void pass(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }
}
