package dev.injectionauditor.webhook;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.injectionauditor.service.Loop;
import dev.injectionauditor.webhook.http.RequestCheck;
import dev.injectionauditor.webhook.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Calls the service's own port as the API server would: over TLS, with the dry run of a Pod. The service is ready when
 * this has succeeded once, and unhealthy when it has failed for long and nobody else was answered either. Its requests
 * are not counted as admissions.
 */
final class SelfCheck implements AutoCloseable {

    private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(30);
    private static final int LIMIT_MILLIS = 1_000;
    /** So many times longer may the check itself fail while others are answered. */
    private static final int PATIENCE = 5;

    private static final String OK = "HTTP/1.1 200 ";

    private final InetSocketAddress target;
    private final Supplier<@Nullable TlsIdentity> tls;
    private final UUID uid;
    private final String token;
    private final Loop loop;
    private final LastAnswer lastAnswer;

    private volatile boolean passed;

    /**
     * A check that is not running yet.
     *
     * @param bound where the service listens
     * @param tls what it serves with
     * @param uid uid of all its requests; nobody else shall know it
     * @param token what it shows instead of a client certificate; nobody else shall know it
     * @param lastAnswer is told when it was answered; others tell it of their answers too
     */
    SelfCheck(
            InetSocketAddress bound,
            Supplier<@Nullable TlsIdentity> tls,
            UUID uid,
            String token,
            LastAnswer lastAnswer,
            InstantSource clock) {
        InetAddress address = bound.getAddress();
        this.target = new InetSocketAddress(
                address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address, bound.getPort());
        this.tls = tls;
        this.uid = uid;
        this.token = token;
        this.lastAnswer = lastAnswer;
        this.loop = new Loop("self-check", this::runOnce, BETWEEN_CHECKS, clock);
    }

    void start() {
        loop.start();
    }

    /** Whether the port has answered this check since the start. */
    boolean hasPassed() {
        return passed;
    }

    /**
     * Whether the port has answered anybody, or the check has begun, within this time, and this check within five times
     * as much. A flood of connections can keep this check out while the API servers are answered on those that they
     * have; but where it lasts, others who need a new connection are not answered either. The time without a
     * certificate to answer with does not count: a restart would not bring one.
     */
    boolean hasAnsweredWithin(Duration limit) {
        return lastAnswer.isWithin(limit) && lastAnswer.isToSelfCheckWithin(limit.multipliedBy(PATIENCE));
    }

    /** Asks once. */
    boolean runOnce() throws IOException, GeneralSecurityException {
        TlsIdentity identity = tls.get();
        if (identity == null) {
            lastAnswer.isNowToSelfCheck();
            throw new IOException("there is no certificate yet");
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {trusting(identity.certificate())}, null);
        try (SSLSocket connection = (SSLSocket) context.getSocketFactory().createSocket()) {
            connection.connect(target, LIMIT_MILLIS);
            connection.setSoTimeout(LIMIT_MILLIS);
            connection.getOutputStream().write(request());
            String start = new String(connection.getInputStream().readNBytes(OK.length()), US_ASCII);
            if (!start.equals(OK)) {
                throw new IOException("the answer begins with: " + start);
            }
        }
        lastAnswer.isNowToSelfCheck();
        passed = true;
        return false;
    }

    /** Trusts just this certificate. */
    static X509TrustManager trusting(X509Certificate certificate) {
        return new OnlyThis(certificate);
    }

    private byte[] request() {
        String body = """
                {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"%s",\
                "kind":{"group":"","version":"v1","kind":"Pod"},\
                "resource":{"group":"","version":"v1","resource":"pods"},\
                "namespace":"self-check","operation":"CREATE","dryRun":true,\
                "object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"self-check"},\
                "spec":{"containers":[{"name":"c","image":"i"}]}}}}""".formatted(uid);
        String head = "POST " + RequestCheck.PATH + "?timeout=2s HTTP/1.1\r\nHost: self\r\n"
                + "User-Agent: injection-auditor-self-check\r\nConnection: close\r\n"
                + "Authorization: Bearer " + token + "\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n";
        return (head + body).getBytes(US_ASCII);
    }

    @Override
    public void close() {
        loop.close();
    }

    /** Trusts one certificate, whoever signed it and whatever name it is for. */
    private record OnlyThis(X509Certificate certificate) implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("not a server");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            if (!chain[0].equals(certificate)) {
                throw new CertificateException("another certificate is served");
            }
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
