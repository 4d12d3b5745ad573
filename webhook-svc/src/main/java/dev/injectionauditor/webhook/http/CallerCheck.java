package dev.injectionauditor.webhook.http;

import dev.injectionauditor.webhook.tls.ClientAuthority;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Whether a caller may ask at all. Its certificate, if it has one, was verified by the TLS handshake. */
public final class CallerCheck {

    private static final String BEARER = "Bearer ";

    private final @Nullable ClientAuthority clients;
    private final byte[] ownToken;

    /**
     * A check for one server.
     *
     * @param clients who may call, null for everybody
     * @param ownToken what the service itself shows as a bearer token when it calls its own port; secret
     */
    public CallerCheck(@Nullable ClientAuthority clients, String ownToken) {
        this.clients = clients;
        this.ownToken = (BEARER + ownToken).getBytes(StandardCharsets.UTF_8);
    }

    boolean mayAsk(ChannelHandlerContext context, HttpRequest request) {
        return clients == null || hasCertificate(context, clients) || isOurselves(request);
    }

    private static boolean hasCertificate(ChannelHandlerContext context, ClientAuthority clients) {
        try {
            return context.pipeline()
                                    .get(SslHandler.class)
                                    .engine()
                                    .getSession()
                                    .getPeerCertificates()[0]
                            instanceof X509Certificate certificate
                    && clients.isNamed(certificate);
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    private boolean isOurselves(HttpRequest request) {
        String shown = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
        return MessageDigest.isEqual(shown.getBytes(StandardCharsets.UTF_8), ownToken);
    }
}
