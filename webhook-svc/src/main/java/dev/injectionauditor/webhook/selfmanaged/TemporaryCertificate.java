package dev.injectionauditor.webhook.selfmanaged;

import dev.injectionauditor.webhook.tls.CertificateSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A certificate that nobody shall trust for long. */
public final class TemporaryCertificate {

    private static final Duration LIFE = Duration.ofDays(1);

    private TemporaryCertificate() {}

    /** Writes a pair for {@code localhost} into the folder. */
    public static CertificateSource.InFiles write(Path folder) throws IOException, GeneralSecurityException {
        Pki pki = new Pki();
        Instant now = Instant.now();
        Pki.Pair serving = pki.newServing(pki.newAuthority(LIFE, now), List.of("localhost"), LIFE, now);
        return new CertificateSource.InFiles(
                Files.writeString(folder.resolve("tls.crt"), Pki.pem(serving.certificate())),
                Files.writeString(folder.resolve("tls.key"), Pki.pem(serving.key())));
    }
}
