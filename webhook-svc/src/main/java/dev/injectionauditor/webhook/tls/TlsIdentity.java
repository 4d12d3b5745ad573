package dev.injectionauditor.webhook.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A serving certificate with its key, ready for use.
 *
 * @param context makes the TLS side of a connection
 * @param certificate the serving certificate itself
 * @param asksClients whether clients are asked for a certificate; one that shows none is served too
 * @param chainExpires when the first certificate of the chain expires. That can be one that nobody needs, such as an
 *     old certificate of the same authority, so it is for operators to look at, and the certificate is served beyond it
 */
public record TlsIdentity(SSLContext context, X509Certificate certificate, boolean asksClients, Instant chainExpires) {

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    /**
     * Reads a chain and its key and makes sure that they belong together.
     *
     * @param chainPem the serving certificate first, then what leads to its authority
     * @param clients who is asked for a certificate, which is then verified; null for nobody
     * @throws IOException if the JDK cannot serve with this pair
     * @throws GeneralSecurityException if it is none; the message quotes no key
     */
    public static TlsIdentity of(byte[] chainPem, String keyPem, @Nullable ClientAuthority clients)
            throws IOException, GeneralSecurityException {
        X509Certificate[] chain = readChain(chainPem);
        PrivateKey key = PemPrivateKey.parse(keyPem);
        requirePair(chain[0].getPublicKey(), key);
        SSLContext context = context(chain, key, clients);
        return new TlsIdentity(
                context,
                chain[0],
                clients != null,
                Arrays.stream(chain)
                        .map(certificate -> certificate.getNotAfter().toInstant())
                        .min(Comparator.naturalOrder())
                        .orElseThrow());
    }

    /** The server's side of a connection that is about to begin. */
    public SSLEngine newEngine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setWantClientAuth(asksClients);
        engine.setEnabledProtocols(PROTOCOLS);
        return engine;
    }

    /** By the JDK alone: Netty's builder would load Bouncy Castle, which is there for other reasons. */
    private static SSLContext context(X509Certificate[] chain, PrivateKey key, @Nullable ClientAuthority clients)
            throws GeneralSecurityException, IOException {
        char[] password = {};
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, password);
        store.setKeyEntry("webhook", key, password, chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), clients == null ? new TrustManager[0] : clients.trustManagers(), null);
        return context;
    }

    /** When the serving certificate begins to be valid. */
    public Instant notBefore() {
        return certificate.getNotBefore().toInstant();
    }

    /** When the serving certificate expires. */
    public Instant notAfter() {
        return certificate.getNotAfter().toInstant();
    }

    /**
     * Whether the serving certificate is valid at this time. The others do not matter: which of them a caller needs
     * depends on what it trusts.
     */
    public boolean isValidAt(Instant time) {
        return !time.isBefore(notBefore()) && !time.isAfter(notAfter());
    }

    private static X509Certificate[] readChain(byte[] pem) throws CertificateException {
        X509Certificate[] chain;
        try {
            chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem))
                    .toArray(X509Certificate[]::new);
        } catch (CertificateException e) {
            throw new CertificateException("the certificate file is not a chain of certificates in PEM", e);
        }
        if (chain.length == 0) {
            throw new CertificateException("the certificate file holds no certificate in PEM");
        }
        return chain;
    }

    private static void requirePair(PublicKey publicKey, PrivateKey key) throws GeneralSecurityException {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> publicKey.getAlgorithm();
        };
        byte[] proof = {1};
        boolean pair;
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(proof);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(proof);
            pair = signature.verify(signed);
        } catch (InvalidKeyException e) {
            pair = false;
        }
        if (!pair) {
            throw new InvalidKeyException("the key does not belong to the certificate");
        }
    }
}
