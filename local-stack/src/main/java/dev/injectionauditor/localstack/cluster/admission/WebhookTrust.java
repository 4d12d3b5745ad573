package dev.injectionauditor.localstack.cluster.admission;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts a server whose certificate comes from the authorities of a {@code caBundle} and is for a given name, which
 * need not be the address that was dialled: a webhook behind a Service is dialled by address and known by the Service's
 * name.
 */
final class WebhookTrust extends X509ExtendedTrustManager {

    private final X509TrustManager authorities;
    private final String serverName;

    private WebhookTrust(X509TrustManager authorities, String serverName) {
        this.authorities = authorities;
        this.serverName = serverName.toLowerCase(Locale.ROOT);
    }

    /**
     * A context for connections to one webhook.
     *
     * @param caBundle certificates in PEM, in base64; empty for the authorities that Java trusts
     */
    static SSLContext context(String caBundle, String serverName) throws GeneralSecurityException, IOException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(caBundle.isEmpty() ? null : authorities(caBundle));
        X509TrustManager authorities = (X509TrustManager) factory.getTrustManagers()[0];
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new WebhookTrust(authorities, serverName)}, null);
        return context;
    }

    private static KeyStore authorities(String caBundle) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        byte[] pem = Base64.getMimeDecoder().decode(caBundle);
        int count = 0;
        for (Certificate authority :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            store.setCertificateEntry("authority-" + count++, authority);
        }
        return store;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        authorities.checkServerTrusted(chain, authType);
        Collection<List<?>> names = chain[0].getSubjectAlternativeNames();
        if (names == null || names.stream().noneMatch(name -> isServer(name.get(1)))) {
            throw new CertificateException("certificate is not valid for " + serverName);
        }
    }

    private boolean isServer(Object name) {
        String text = name.toString().toLowerCase(Locale.ROOT);
        int firstDot = serverName.indexOf('.');
        return text.equals(serverName)
                || (text.startsWith("*.") && firstDot > 0 && text.substring(1).equals(serverName.substring(firstDot)));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("not for servers");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        throw new CertificateException("not for servers");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("not for servers");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return authorities.getAcceptedIssuers();
    }
}
