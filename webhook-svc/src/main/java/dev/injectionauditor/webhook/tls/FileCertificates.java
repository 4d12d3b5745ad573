package dev.injectionauditor.webhook.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.injectionauditor.service.Failures;
import dev.injectionauditor.service.Loop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.HexFormat;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A certificate from files, read again when they change. What is compared is what the files hold, every second, so it
 * does not matter how they change: overwritten one after the other, or as Kubernetes exchanges a mounted Secret, by a
 * symbolic link further up that points elsewhere.
 */
public final class FileCertificates implements Certificates {

    private static final Logger LOG = LoggerFactory.getLogger(FileCertificates.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Path certificateFile;
    private final Path keyFile;
    private final @Nullable ClientAuthority clients;
    private final InstantSource clock;
    private final Loop loop;
    private final LongAdder exchanged = new LongAdder();
    private volatile TlsIdentity current;
    private volatile boolean newestUnusable;

    // Fingerprints of what the files held; used by one thread at a time.
    private String used;
    private String seenLast;
    private String reported = "";

    private record Pair(byte[] certificate, byte[] key) {

        static Pair read(Path certificateFile, Path keyFile) throws IOException {
            return new Pair(Files.readAllBytes(certificateFile), Files.readAllBytes(keyFile));
        }

        TlsIdentity identity(@Nullable ClientAuthority clients) throws IOException, GeneralSecurityException {
            return TlsIdentity.of(certificate, new String(key, UTF_8), clients);
        }

        /** No key stays in memory longer than it is needed for comparing. */
        String fingerprint() throws GeneralSecurityException {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(certificate);
            sha256.update((byte) 0);
            return HexFormat.of().formatHex(sha256.digest(key));
        }
    }

    /**
     * Reads the files a first time. What they hold is taken, whether it is valid now or not.
     *
     * @param certificateFile the serving certificate first, then what leads to its authority, in PEM
     * @param clients who may call, null for everybody
     * @throws IOException if a file cannot be read
     * @throws GeneralSecurityException if they do not hold a pair
     */
    public FileCertificates(Path certificateFile, Path keyFile, @Nullable ClientAuthority clients, InstantSource clock)
            throws IOException, GeneralSecurityException {
        this.certificateFile = certificateFile;
        this.keyFile = keyFile;
        this.clients = clients;
        this.clock = clock;
        Pair first = Pair.read(certificateFile, keyFile);
        this.current = first.identity(clients);
        this.used = first.fingerprint();
        this.seenLast = used;
        this.loop = new Loop("certificate-files", this::runOnce, BETWEEN_LOOKS, clock);
    }

    @Override
    public void start() {
        loop.start();
    }

    @Override
    public TlsIdentity current() {
        return current;
    }

    @Override
    public long exchanged() {
        return exchanged.sum();
    }

    @Override
    public boolean isNewestUnusable() {
        return newestUnusable;
    }

    /** Looks at the files once; false, so that a pause follows. */
    boolean runOnce() {
        String seen = "unreadable";
        try {
            Pair pair = Pair.read(certificateFile, keyFile);
            seen = pair.fingerprint();
            if (!seen.equals(used)) {
                TlsIdentity newer = pair.identity(clients);
                requireNoWorse(newer);
                use(newer, seen);
            }
            newestUnusable = false;
            reported = "";
        } catch (IOException | GeneralSecurityException e) {
            // Files that are being written one after the other do not fit for a moment.
            if (seen.equals(seenLast)) {
                report(seen, e);
            }
        }
        seenLast = seen;
        return false;
    }

    /** @throws CertificateException if this one has expired or is not valid yet, while the current one is valid */
    private void requireNoWorse(TlsIdentity newer) throws CertificateException {
        Instant now = clock.instant();
        if (current.isValidAt(now)) {
            newer.certificate().checkValidity(Date.from(now));
        }
    }

    private void use(TlsIdentity identity, String fingerprint) {
        current = identity;
        used = fingerprint;
        exchanged.increment();
        LOG.atInfo()
                .addKeyValue("validFrom", identity.notBefore())
                .addKeyValue("expires", identity.notAfter())
                .log("Took a new certificate for new connections");
    }

    private void report(String fingerprint, Exception problem) {
        newestUnusable = true;
        if (!fingerprint.equals(reported)) {
            reported = fingerprint;
            LOG.atWarn()
                    .addKeyValue("problem", Failures.inOneLine(problem))
                    .addKeyValue("servedUntil", current.notAfter())
                    .log("The files have changed and hold no usable certificate; the old one is still served");
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
