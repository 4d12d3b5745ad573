package dev.injectionauditor.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Calls the webhook as the API server does: HTTP/1.1 over TLS, with an authority that only this webhook has. */
final class WebhookCaller implements AutoCloseable {

    static final String PATH = "/webhooks/kubernetes-service-host?timeout=2s";

    private final int port;
    private final SSLContext tls;
    private final HttpClient client;

    /** @param authorityPem what a {@code caBundle} would hold */
    WebhookCaller(int port, String authorityPem) {
        this(port, authorityPem, null);
    }

    /** @param clientCertificate what it shows of itself, null for nothing */
    WebhookCaller(int port, String authorityPem, @Nullable KeyStore clientCertificate) {
        this.port = port;
        this.tls = trusting(authorityPem, clientCertificate);
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    HttpResponse<byte[]> review(byte[] body) throws IOException, InterruptedException {
        return send(PATH, "POST", "application/json", BodyPublishers.ofByteArray(body));
    }

    HttpResponse<byte[]> send(String path, String method, String contentType, BodyPublisher body)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + path))
                        .method(method, body)
                        .header("Content-Type", contentType)
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    /** A connection of one's own, its handshake done. */
    SSLSocket connect(String... protocols) throws IOException {
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        socket.startHandshake();
        return socket;
    }

    /** A review as the API server writes it on the wire. */
    static byte[] onTheWire(byte[] body) {
        byte[] head = ("POST " + PATH + " HTTP/1.1\r\nHost: webhook\r\nUser-Agent: kube-apiserver-admission\r\n"
                        + "Content-Length: " + body.length + "\r\nAccept: application/json, */*\r\n"
                        + "Content-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n")
                .getBytes(ISO_8859_1);
        byte[] request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }

    /** The status line and headers of the next answer; its body follows in the stream. */
    static String readHead(InputStream stream) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = stream.read();
            if (next < 0) {
                throw new IOException("ended after: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    /** The body of the next answer, which must be a good one. */
    static byte[] readAnswer(InputStream stream) throws IOException {
        return readBody(readHead(stream), stream);
    }

    /** The body that belongs to this head, which must be of a good answer. */
    static byte[] readBody(String head, InputStream stream) throws IOException {
        if (!head.startsWith("HTTP/1.1 200 ")) {
            throw new IOException("no good answer: " + head);
        }
        String length = head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .findFirst()
                .orElseThrow();
        return stream.readNBytes(Integer.parseInt(length.substring(15).strip()));
    }

    /** @param authoritiesPem one or more certificates, as a {@code caBundle} holds them */
    static SSLContext trusting(String authoritiesPem) {
        return trusting(authoritiesPem, null);
    }

    private static SSLContext trusting(String authoritiesPem, @Nullable KeyStore clientCertificate) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate authority : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(authoritiesPem.getBytes(UTF_8)))) {
                store.setCertificateEntry("authority-" + store.size(), authority);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(clientCertificate, new char[0]);
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
