package dev.injectionauditor.webhook.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Who may call the webhook: holders of a client certificate that one of these authorities has signed.
 *
 * @param authorities at least one
 * @param name common name that the certificate must have, null for any
 */
public record ClientAuthority(
        List<X509Certificate> authorities, @Nullable String name) {

    /**
     * Reads the authorities from a file.
     *
     * @throws CertificateException if it holds no certificates in PEM
     */
    public static ClientAuthority read(Path file, @Nullable String name) throws IOException, CertificateException {
        List<X509Certificate> authorities =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                        .stream()
                        .map(X509Certificate.class::cast)
                        .toList();
        if (authorities.isEmpty()) {
            throw new CertificateException("the file holds no certificate in PEM");
        }
        return new ClientAuthority(authorities, name);
    }

    /** What verifies that an authority has signed a client's certificate. */
    TrustManager[] trustManagers() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (X509Certificate authority : authorities) {
            store.setCertificateEntry("authority-" + store.size(), authority);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** Whether a certificate that an authority has signed is for the right client. */
    public boolean isNamed(X509Certificate certificate) {
        if (name == null) {
            return true;
        }
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(Rdn::getValue)
                            .anyMatch(name::equals);
        } catch (InvalidNameException e) {
            return false;
        }
    }
}
