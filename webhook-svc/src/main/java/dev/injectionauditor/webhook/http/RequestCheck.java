package dev.injectionauditor.webhook.http;

import dev.injectionauditor.webhook.admission.BadInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import org.jspecify.annotations.Nullable;

/** Whether the head of a request is one that the webhook answers. */
public final class RequestCheck {

    /** The one path there is. */
    public static final String PATH = "/webhooks/kubernetes-service-host";

    private static final String JSON = "application/json";

    private RequestCheck() {}

    /** The first problem, null if there is none. */
    static @Nullable BadInput problem(HttpRequest request, int maxBodyBytes) {
        if (request.decoderResult().isFailure()) {
            return BadInput.BAD_HTTP;
        }
        if (!PATH.equals(path(request.uri()))) {
            return BadInput.PATH;
        }
        if (!HttpMethod.POST.equals(request.method())) {
            return BadInput.METHOD;
        }
        if (!isPlainJson(request)) {
            return BadInput.CONTENT_TYPE;
        }
        if (HttpUtil.getContentLength(request, 0L) > maxBodyBytes) {
            return BadInput.TOO_LARGE;
        }
        return null;
    }

    private static String path(String uri) {
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    private static boolean isPlainJson(HttpRequest request) {
        CharSequence type = HttpUtil.getMimeType(request);
        String encoding = request.headers().get(HttpHeaderNames.CONTENT_ENCODING);
        return type != null
                && JSON.equalsIgnoreCase(type.toString().strip())
                && (encoding == null || HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(encoding));
    }
}
