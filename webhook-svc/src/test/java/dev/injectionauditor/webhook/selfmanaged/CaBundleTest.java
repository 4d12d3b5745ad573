package dev.injectionauditor.webhook.selfmanaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaBundleTest {

    private final X509Certificate one;
    private final X509Certificate other;

    CaBundleTest() throws GeneralSecurityException {
        Pki pki = new Pki();
        one = pki.newAuthority(Duration.ofDays(1), Instant.now()).certificate();
        other = pki.newAuthority(Duration.ofDays(1), Instant.now()).certificate();
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
}
