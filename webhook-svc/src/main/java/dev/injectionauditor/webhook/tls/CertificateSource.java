package dev.injectionauditor.webhook.tls;

import java.nio.file.Path;

/** Which certificate the service shall serve with. */
public sealed interface CertificateSource {

    /**
     * One that somebody else, cert-manager for instance, keeps in files.
     *
     * @param certificate serving certificate first, then what leads to its authority, in PEM
     * @param key its private key in PEM, unencrypted
     */
    record InFiles(Path certificate, Path key) implements CertificateSource {}
}
