package dev.injectionauditor.webhook.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCertificatesTest {

    @TempDir
    private Path folder;

    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    private final LocalCertificates authority = new LocalCertificates(now::get);

    @Test
    void shouldKeepWhatHasNotChanged() throws Exception {
        ServingFiles files = authority.writeServing(folder);
        FileCertificates certificates = open(files);
        TlsIdentity before = certificates.current();

        certificates.runOnce();

        assertThat(certificates.current()).isSameAs(before);
        assertThat(certificates.exchanged()).isZero();
    }

    @Test
    void shouldTakeANewPairFromFilesThatAreWrittenOneAfterTheOther() throws Exception {
        // Given a pair
        ServingFiles files = authority.writeServing(folder.resolve("used"));
        ServingFiles newer = authority.writeServing(folder.resolve("newer"));
        FileCertificates certificates = open(files);
        X509Certificate old = certificates.current().certificate();

        // When only the certificate is new
        Files.copy(newer.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
        certificates.runOnce();

        // Then the old pair is kept, and that is no trouble yet
        assertThat(certificates.current().certificate()).isEqualTo(old);
        assertThat(certificates.isNewestUnusable()).isFalse();

        // When the key is there too, it is taken
        Files.copy(newer.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
        certificates.runOnce();
        assertThat(certificates.current().certificate()).isNotEqualTo(old);
        assertThat(certificates.exchanged()).isEqualTo(1);
    }

    @Test
    void shouldFollowAMountedSecret() throws Exception {
        // Given files as the kubelet mounts a Secret: links to links to a folder that is never changed
        ServingFiles first = authority.writeServing(folder.resolve("..2026_01"));
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_01"));
        Path certificate = Files.createSymbolicLink(folder.resolve("tls.crt"), Path.of("..data/tls.crt"));
        Path key = Files.createSymbolicLink(folder.resolve("tls.key"), Path.of("..data/tls.key"));
        FileCertificates certificates = open(new ServingFiles(certificate, key));
        X509Certificate old = certificates.current().certificate();

        // When it exchanges the folder by renaming a link, and removes the old one
        authority.writeServing(folder.resolve("..2026_02"));
        Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2026_02"));
        Files.move(folder.resolve("..data_tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        Files.delete(first.certificate());
        Files.delete(first.key());
        certificates.runOnce();

        // Then the new pair is taken
        assertThat(certificates.current().certificate()).isNotEqualTo(old);
        assertThat(certificates.exchanged()).isEqualTo(1);
        assertThat(certificates.isNewestUnusable()).isFalse();
    }

    @Test
    void shouldKeepTheOldPairWhileTheNewOneIsBroken() throws Exception {
        // Given files that somebody has spoiled
        ServingFiles files = authority.writeServing(folder.resolve("used"));
        FileCertificates certificates = open(files);
        TlsIdentity old = certificates.current();
        String key = Files.readString(files.key());
        Files.writeString(files.key(), "hunter2");

        // When it is looked at them twice
        certificates.runOnce();
        certificates.runOnce();

        // Then the old pair is kept, and the metric says so
        assertThat(certificates.current()).isSameAs(old);
        assertThat(certificates.isNewestUnusable()).isTrue();

        // When a file is missing, that is no better
        Files.delete(files.key());
        certificates.runOnce();
        certificates.runOnce();
        assertThat(certificates.current()).isSameAs(old);
        assertThat(certificates.isNewestUnusable()).isTrue();

        // When the files are as they were, all is well again, and nothing was exchanged
        Files.writeString(files.key(), key);
        certificates.runOnce();
        assertThat(certificates.current()).isSameAs(old);
        assertThat(certificates.isNewestUnusable()).isFalse();
        assertThat(certificates.exchanged()).isZero();
    }

    @Test
    void shouldKeepAValidPairWhenTheNewOneHasExpired() throws Exception {
        // Given files whose pair is replaced by one that expired yesterday
        ServingFiles files = authority.writeServing(folder.resolve("used"));
        FileCertificates certificates = open(files);
        TlsIdentity old = certificates.current();
        replace(files, at(now.get().minus(Duration.ofDays(2))));

        // When it is looked at them twice
        certificates.runOnce();
        certificates.runOnce();

        // Then the old pair is kept, and the metric says so
        assertThat(certificates.current()).isSameAs(old);
        assertThat(certificates.isNewestUnusable()).isTrue();

        // When the old pair has expired too, the new one is no worse
        now.updateAndGet(time -> time.plus(Duration.ofDays(2)));
        certificates.runOnce();
        assertThat(certificates.current()).isNotSameAs(old);
        assertThat(certificates.isNewestUnusable()).isFalse();
    }

    @Test
    void shouldTakeAPairWhenItsTimeHasCome() throws Exception {
        // Given files whose pair is replaced by one that is valid from tomorrow on
        ServingFiles files = authority.writeServing(folder.resolve("used"));
        FileCertificates certificates = open(files);
        TlsIdentity old = certificates.current();
        replace(files, at(now.get().plus(Duration.ofHours(23))));

        // When it is looked at them twice
        certificates.runOnce();
        certificates.runOnce();

        // Then the old pair is kept, and the metric says so
        assertThat(certificates.current()).isSameAs(old);
        assertThat(certificates.isNewestUnusable()).isTrue();

        // When the new one is valid, it is taken, although the files are the same
        now.updateAndGet(time -> time.plus(Duration.ofHours(23)));
        assertThat(old.isValidAt(now.get())).isTrue();
        certificates.runOnce();
        assertThat(certificates.current().isValidAt(now.get())).isTrue();
        assertThat(certificates.exchanged()).isEqualTo(1);
        assertThat(certificates.isNewestUnusable()).isFalse();
    }

    @Test
    void shouldBeginWithAPairThatIsNotValid() throws Exception {
        // Given files whose pair has expired
        ServingFiles files = at(now.get().minus(Duration.ofDays(2)));
        FileCertificates certificates = open(files);
        assertThat(certificates.current().isValidAt(now.get())).isFalse();

        // When it is replaced by a valid one, that is taken
        replace(files, authority.writeServing(folder.resolve("valid")));
        certificates.runOnce();
        assertThat(certificates.current().isValidAt(now.get())).isTrue();
    }

    @Test
    void shouldNotBeginWithoutAPair() throws Exception {
        ServingFiles one = authority.writeServing(folder.resolve("one"));
        ServingFiles other = authority.writeServing(folder.resolve("other"));

        assertThatThrownBy(() -> open(new ServingFiles(one.certificate(), other.key())))
                .isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> open(new ServingFiles(one.certificate(), folder.resolve("none"))))
                .isInstanceOf(IOException.class);
    }

    private FileCertificates open(ServingFiles files) throws IOException, GeneralSecurityException {
        return new FileCertificates(files.certificate(), files.key(), null, now::get);
    }

    /** A pair that is valid for a day from this time on. */
    private ServingFiles at(Instant time) throws IOException {
        return new LocalCertificates(() -> time).writeServing(folder.resolve("at-" + time.getEpochSecond()));
    }

    private static void replace(ServingFiles files, ServingFiles by) throws IOException {
        Files.copy(by.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(by.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
    }
}
