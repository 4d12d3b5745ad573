package dev.injectionauditor.webhook.selfmanaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaBundleTest {

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private final Pki pki = new Pki();
    private final X509Certificate one;
    private final X509Certificate other;

    CaBundleTest() throws GeneralSecurityException {
        one = pki.newAuthority(Duration.ofDays(1), NOW).certificate();
        other = pki.newAuthority(Duration.ofDays(1), NOW).certificate();
    }

    @Test
    void shouldReadAllAuthorities() throws Exception {
        assertThat(CaBundle.authorities(Pki.pem(one) + "a remark\n" + Pki.pem(other)))
                .containsExactly(one, other);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "plain text",
                "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE-----\n\u00e4\n-----END CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE-----\nMIIB",
            })
    void shouldFindNothingInWhatIsNoBundle(String text) throws Exception {
        assertThat(CaBundle.authorities(text)).isEmpty();
    }

    @Test
    void shouldPassOverWhatIsCutOff() throws Exception {
        // Given a bundle of which the last lines are missing
        String bundle = Pki.pem(one) + Pki.pem(other);
        String cutOff = bundle.substring(0, bundle.length() - 100);

        // When it is read, then what is whole is there
        assertThat(CaBundle.authorities(cutOff)).containsExactly(one);
    }

    @Test
    void shouldCarryOverTheNewestAuthoritiesThatHaveNotExpired() throws Exception {
        // Given a bundle with five authorities, one that has expired, one twice, and a certificate that is no authority
        Pki.Pair expired = pki.newAuthority(Duration.ofDays(1), NOW.minus(Duration.ofDays(2)));
        List<X509Certificate> trusted = new ArrayList<>(List.of(one, other));
        for (int i = 0; i < 3; i++) {
            trusted.add(pki.newAuthority(Duration.ofDays(1), NOW).certificate());
        }
        List<X509Certificate> newest = trusted.subList(2, 5);
        List<X509Certificate> bundle = new ArrayList<>(trusted);
        bundle.add(expired.certificate());
        bundle.add(trusted.getLast());
        bundle.add(
                pki.newServing(pki.newAuthority(Duration.ofDays(1), NOW), List.of("webhook"), Duration.ofDays(9), NOW)
                        .certificate());

        // When everything is made anew, then the newest stay, in order
        assertThat(CaBundle.carriedOver(bundle, NOW)).isEqualTo(newest);
        assertThat(CaBundle.carriedOver(List.of(), NOW)).isEmpty();
    }
}
