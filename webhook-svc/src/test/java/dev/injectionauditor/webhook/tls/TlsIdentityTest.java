package dev.injectionauditor.webhook.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsIdentityTest {

    @TempDir
    private Path folder;

    private final LocalCertificates certificates = new LocalCertificates();

    @Test
    void shouldLoadAPair() throws Exception {
        ServingFiles files = certificates.writeServing(folder);

        TlsIdentity identity = load(files, files);

        assertThat(identity.newEngine().getUseClientMode()).isFalse();
        assertThat(identity.isValidAt(Instant.now())).isTrue();
        assertThat(identity.isValidAt(Instant.now().plus(Duration.ofDays(2)))).isFalse();
        assertThat(identity.isValidAt(Instant.now().minus(Duration.ofDays(2)))).isFalse();
    }

    @Test
    void shouldTellOfTheFirstExpiryInTheChainAndBeValidAsTheServingCertificateIs() throws Exception {
        // Given a chain with an authority in it that has expired, and that nobody may need
        Instant now = Instant.now();
        ServingFiles files = certificates.writeServing(folder);
        TlsIdentity alone = load(files, files);
        LocalCertificates expired = new LocalCertificates(() -> now.minus(Duration.ofDays(2)));
        Files.writeString(files.certificate(), Files.readString(files.certificate()) + expired.authorityPem());

        // When it is loaded
        TlsIdentity chain = load(files, files);

        // Then operators see that, and the serving certificate is as valid as before
        assertThat(alone.chainExpires()).isEqualTo(alone.notAfter());
        assertThat(chain.chainExpires()).isBefore(now);
        assertThat(chain.notBefore()).isEqualTo(alone.notBefore());
        assertThat(chain.notAfter()).isEqualTo(alone.notAfter());
        assertThat(chain.isValidAt(now)).isTrue();
    }

    @Test
    void shouldRefuseAKeyOfAnotherCertificate() throws Exception {
        ServingFiles one = certificates.writeServing(folder.resolve("one"));
        ServingFiles other = certificates.writeServing(folder.resolve("other"));

        assertThatThrownBy(() -> load(one, other))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessage("the key does not belong to the certificate");
    }

    @Test
    void shouldRefuseAKeyOfAnotherAlgorithm() throws Exception {
        ServingFiles files = certificates.writeServing(folder);
        Files.writeString(files.key(), pem(newKey("RSA", 2048)));

        assertThatThrownBy(() -> load(files, files))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessage("the key does not belong to the certificate");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            })
    void shouldRefuseWhatIsNoCertificate(String text) throws Exception {
        ServingFiles files = certificates.writeServing(folder);
        Files.writeString(files.certificate(), text);

        assertThatThrownBy(() -> load(files, files))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageStartingWith("the certificate file");
    }

    @ParameterizedTest
    @ValueSource(ints = {2048, 3072})
    void shouldReadAnRsaKey(int size) throws Exception {
        PrivateKey key = newKey("RSA", size);

        assertThat(pem(key)).startsWith("-----BEGIN RSA PRIVATE KEY-----");
        assertThat(PemPrivateKey.parse(pem(key))).isEqualTo(key);
        assertThat(PemPrivateKey.parse(pem(new JcaPKCS8Generator(key, null)))).isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 384, 521})
    void shouldReadAnEllipticCurveKey(int size) throws Exception {
        ECPrivateKey key = (ECPrivateKey) newKey("EC", size);

        assertThat(sec1(key)).startsWith("-----BEGIN EC PRIVATE KEY-----");
        assertThat(PemPrivateKey.parse(sec1(key))).isInstanceOfSatisfying(ECPrivateKey.class, read -> {
            assertThat(read.getS()).isEqualTo(key.getS());
            assertThat(read.getParams().getCurve()).isEqualTo(key.getParams().getCurve());
        });
        assertThat(PemPrivateKey.parse(pem(new JcaPKCS8Generator(key, null)))).isEqualTo(key);
    }

    @Test
    void shouldReadAnEdwardsKey() throws Exception {
        PrivateKey key =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();

        assertThat(PemPrivateKey.parse(pem(new JcaPKCS8Generator(key, null)))).isEqualTo(key);
    }

    @Test
    void shouldFindTheKeyAmongOtherBlocks() throws Exception {
        // Given a file as "openssl ecparam -genkey" writes it
        String key = sec1((ECPrivateKey) newKey("EC", 256));
        String parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

        assertThat(PemPrivateKey.parse(parameters + key)).isEqualTo(PemPrivateKey.parse(key));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hunter2",
                "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nh\n-----END PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nhunter2\n-----END EC PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMIT/////\n-----END EC PRIVATE KEY-----",
                "-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nhunter2\n-----END ENCRYPTED PRIVATE KEY-----",
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nhunter2\n-----END RSA PRIVATE KEY-----",
            })
    void shouldRefuseOtherKeysWithoutQuotingThem(String pem) {
        assertThatThrownBy(() -> PemPrivateKey.parse(pem))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageStartingWith("the key file holds")
                .hasMessageNotContaining("hunter2")
                .hasNoCause();
    }

    private static TlsIdentity load(ServingFiles certificate, ServingFiles key)
            throws IOException, GeneralSecurityException {
        return TlsIdentity.of(Files.readAllBytes(certificate.certificate()), Files.readString(key.key()), null);
    }

    private static PrivateKey newKey(String algorithm, int size) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(size);
        return generator.generateKeyPair().getPrivate();
    }

    /** As OpenSSL and Go write it: with the curve inside. */
    private static String sec1(ECPrivateKey key) throws IOException {
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(key.getEncoded());
        ASN1Object sec1 = new org.bouncycastle.asn1.sec.ECPrivateKey(
                key.getParams().getOrder().bitLength(),
                key.getS(),
                info.getPrivateKeyAlgorithm().getParameters());
        return pem(new PemObject("EC PRIVATE KEY", sec1.getEncoded()));
    }

    private static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }
}
