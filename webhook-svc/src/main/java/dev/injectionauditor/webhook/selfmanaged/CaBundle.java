package dev.injectionauditor.webhook.selfmanaged;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a {@code caBundle} as API servers do: what is no certificate in PEM is passed over. Anybody may write it, and a
 * placeholder such as a line break must not keep it from being set.
 */
final class CaBundle {

    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----");

    /** So many authorities outlive the loss of the Secret; should it be lost again and again, the oldest leave. */
    static final int MOST_CARRIED_OVER = 3;

    private CaBundle() {}

    /** The certificates in it, in order; none if there is nothing that can be read. */
    static List<X509Certificate> authorities(String pem) throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> found = new ArrayList<>();
        Matcher blocks = CERTIFICATE.matcher(pem);
        while (blocks.find()) {
            try {
                found.add((X509Certificate) factory.generateCertificate(
                        new ByteArrayInputStream(blocks.group().getBytes(US_ASCII))));
            } catch (CertificateException e) {
                // API servers do not trust it either
            }
        }
        return found;
    }

    /**
     * Those that are to stay when everything is made anew: other replicas, and this one until it has made its new
     * certificate, serve what one of them has signed.
     */
    static List<X509Certificate> carriedOver(List<X509Certificate> trusted, Instant now) {
        List<X509Certificate> usable = trusted.stream()
                .distinct()
                .filter(each -> each.getBasicConstraints() >= 0) // an authority
                .filter(each -> !now.isAfter(each.getNotAfter().toInstant()))
                .toList();
        return usable.subList(Math.max(0, usable.size() - MOST_CARRIED_OVER), usable.size());
    }
}
