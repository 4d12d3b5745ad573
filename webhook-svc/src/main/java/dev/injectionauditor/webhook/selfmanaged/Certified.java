package dev.injectionauditor.webhook.selfmanaged;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.injectionauditor.webhook.selfmanaged.RenewalRule.Facts;
import dev.injectionauditor.webhook.selfmanaged.RenewalRule.Validity;
import dev.injectionauditor.webhook.tls.PemPrivateKey;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the Secret holds.
 *
 * @param authorities oldest first, at least one
 * @param authorityKey of the newest one
 * @param trustedSince since when {@code caBundle} has had the newest one, null if it has not been seen there
 * @param serving certificate and key to serve with
 */
record Certified(
        List<X509Certificate> authorities,
        PrivateKey authorityKey,
        @Nullable Instant trustedSince,
        Pki.Pair serving) {

    private static final String AUTHORITIES = "ca.crt";
    private static final String AUTHORITY_KEY = "ca.key";
    private static final String TRUSTED_SINCE = "ca.trusted-since";
    private static final String SERVING = "tls.crt";
    private static final String SERVING_KEY = "tls.key";
    private static final int DNS_NAME = 2;

    /**
     * Reads the data of the Secret.
     *
     * @throws GeneralSecurityException if something is missing or cannot be read; the message quotes nothing
     */
    static Certified parse(Map<String, String> data) throws GeneralSecurityException {
        for (String key : List.of(AUTHORITIES, AUTHORITY_KEY, SERVING, SERVING_KEY)) {
            if (!data.containsKey(key)) {
                throw new GeneralSecurityException("the Secret has no " + key);
            }
        }
        List<X509Certificate> authorities = certificates(data.get(AUTHORITIES));
        List<X509Certificate> serving = certificates(data.get(SERVING));
        if (authorities.isEmpty() || serving.isEmpty()) {
            throw new GeneralSecurityException("the Secret lacks a certificate");
        }
        return new Certified(
                authorities,
                PemPrivateKey.parse(data.get(AUTHORITY_KEY)),
                time(data.get(TRUSTED_SINCE)),
                new Pki.Pair(serving.getFirst(), PemPrivateKey.parse(data.get(SERVING_KEY))));
    }

    private static @Nullable Instant time(@Nullable String text) throws GeneralSecurityException {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new GeneralSecurityException("the Secret has a " + TRUSTED_SINCE + " that is no time");
        }
    }

    /** The data of the Secret. */
    Map<String, String> data() {
        Map<String, String> data = new HashMap<>();
        data.put(AUTHORITIES, bundle());
        data.put(AUTHORITY_KEY, Pki.pem(authorityKey));
        data.put(SERVING, Pki.pem(serving.certificate()));
        data.put(SERVING_KEY, Pki.pem(serving.key()));
        if (trustedSince != null) {
            data.put(TRUSTED_SINCE, trustedSince.toString());
        }
        return data;
    }

    /** All authorities, as {@code caBundle} holds them before it is encoded. */
    String bundle() {
        return authorities.stream().map(Pki::pem).collect(Collectors.joining());
    }

    Pki.Pair newestAuthority() {
        return new Pki.Pair(authorities.getLast(), authorityKey);
    }

    /** With another authority that comes after all others. */
    Certified withAuthority(Pki.Pair authority) {
        List<X509Certificate> more = new ArrayList<>(authorities);
        more.add(authority.certificate());
        return new Certified(more, authority.key(), null, serving);
    }

    /** With the newest authority in {@code caBundle} since this time. */
    Certified withTrustSince(Instant time) {
        return new Certified(authorities, authorityKey, time, serving);
    }

    /** With another serving certificate. */
    Certified withServing(Pki.Pair other) {
        return new Certified(authorities, authorityKey, trustedSince, other);
    }

    /** Without the authorities that have expired. The newest must not be one of them. */
    Certified withoutExpired(Instant now) {
        return new Certified(
                authorities.stream()
                        .filter(authority ->
                                !now.isAfter(authority.getNotAfter().toInstant()))
                        .toList(),
                authorityKey,
                trustedSince,
                serving);
    }

    /**
     * What the rule needs to know.
     *
     * @param names the serving certificate must be for all of them
     * @param trusted what {@code caBundle} holds
     */
    Facts facts(Collection<String> names, Collection<X509Certificate> trusted) throws GeneralSecurityException {
        return new Facts(
                authorities.stream().map(Certified::validity).toList(),
                isFor(names) ? signer() : -1,
                validity(serving.certificate()),
                trusted.contains(authorities.getLast()),
                trustedSince);
    }

    private boolean isFor(Collection<String> names) throws GeneralSecurityException {
        Set<Object> certified = new HashSet<>();
        Collection<List<?>> alternatives = serving.certificate().getSubjectAlternativeNames();
        if (alternatives != null) {
            alternatives.stream()
                    .filter(name -> name.getFirst().equals(DNS_NAME))
                    .forEach(name -> certified.add(name.get(1)));
        }
        return certified.containsAll(names);
    }

    private int signer() {
        for (int i = authorities.size() - 1; i >= 0; i--) {
            try {
                serving.certificate().verify(authorities.get(i).getPublicKey());
                return i;
            } catch (GeneralSecurityException e) {
                // not this one
            }
        }
        return -1;
    }

    private static Validity validity(X509Certificate certificate) {
        return new Validity(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }

    private static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        List<X509Certificate> found = new ArrayList<>();
        for (Certificate certificate : CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(UTF_8)))) {
            found.add((X509Certificate) certificate);
        }
        return found;
    }
}
