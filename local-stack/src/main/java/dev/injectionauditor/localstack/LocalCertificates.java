package dev.injectionauditor.localstack;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/** A certificate authority of the local stack, and the serving certificates it signs. */
public final class LocalCertificates {

    private static final Duration VALIDITY = Duration.ofDays(1);
    private static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

    private final SecureRandom random = new SecureRandom();
    private final InstantSource clock;
    private final KeyPair authorityKey;
    private final X509Certificate authority;

    /**
     * Files of a serving certificate, as a Kubernetes TLS Secret would be mounted.
     *
     * @param certificate chain in PEM
     * @param key private key in PEM (PKCS 8)
     */
    public record ServingFiles(Path certificate, Path key) {}

    /** A new authority that nobody else knows. */
    public LocalCertificates() {
        this(InstantSource.system());
    }

    /** @param clock its certificate, and what it signs, is valid for a day from the time of this clock on */
    public LocalCertificates(InstantSource clock) {
        this.clock = clock;
        try {
            authorityKey = newKey();
            X500Name name = new X500Name("CN=Injection Auditor local stack CA");
            authority = sign(builder(name, name, authorityKey)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign)));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException("cannot make a certificate authority", e);
        }
    }

    /** Certificate of the authority in PEM: what a {@code caBundle} holds before it is encoded in base64. */
    public String authorityPem() {
        return pem(authority);
    }

    /** What a client needs to trust this authority and no other. */
    public SSLContext clientContext() {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("authority", authority);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot trust the certificate authority", e);
        }
    }

    /**
     * Signs a serving certificate for {@code localhost} and 127.0.0.1 and writes it and its key into the folder.
     *
     * @param moreHosts further DNS names or IP addresses that it is for
     */
    public ServingFiles writeServing(Path folder, String... moreHosts) throws IOException {
        try {
            KeyPair key = newKey();
            X509Certificate certificate = sign(issued("webhook", key, KeyPurposeId.id_kp_serverAuth)
                    .addExtension(Extension.subjectAlternativeName, false, names(moreHosts)));
            Path certificateFile = folder.resolve("tls.crt");
            Path keyFile = folder.resolve("tls.key");
            Files.createDirectories(folder);
            Files.writeString(certificateFile, pem(certificate));
            Files.writeString(keyFile, pem(new JcaPKCS8Generator(key.getPrivate(), null)));
            return new ServingFiles(certificateFile, keyFile);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("cannot sign a serving certificate", e);
        }
    }

    /** A key store without a password that holds a client certificate with this common name, and its key. */
    public KeyStore client(String commonName) throws IOException {
        try {
            KeyPair key = newKey();
            X509Certificate certificate = sign(issued(commonName, key, KeyPurposeId.id_kp_clientAuth));
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("client", key.getPrivate(), new char[0], new X509Certificate[] {certificate});
            return store;
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("cannot sign a client certificate", e);
        }
    }

    private X509v3CertificateBuilder issued(String commonName, KeyPair key, KeyPurposeId purpose)
            throws CertIOException {
        return builder(
                        new X500Name(authority.getSubjectX500Principal().getName()),
                        new X500Name("CN=" + commonName),
                        key)
                .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
    }

    private static GeneralNames names(String... moreHosts) {
        return new GeneralNames(Stream.concat(Stream.of("localhost", "127.0.0.1"), Stream.of(moreHosts))
                .distinct()
                .map(host ->
                        new GeneralName(IPAddress.isValid(host) ? GeneralName.iPAddress : GeneralName.dNSName, host))
                .toArray(GeneralName[]::new));
    }

    private X509v3CertificateBuilder builder(X500Name issuer, X500Name subject, KeyPair key) {
        Instant now = clock.instant();
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, random),
                Date.from(now.minus(CLOCK_SKEW)),
                Date.from(now.plus(VALIDITY)),
                subject,
                key.getPublic());
    }

    private X509Certificate sign(X509v3CertificateBuilder builder)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(authorityKey.getPrivate())));
    }

    private KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private static String pem(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        } catch (IOException e) {
            throw new IllegalStateException("cannot write PEM into memory", e);
        }
        return text.toString();
    }
}
