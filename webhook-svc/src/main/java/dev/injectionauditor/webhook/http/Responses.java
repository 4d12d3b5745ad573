package dev.injectionauditor.webhook.http;

import static io.netty.handler.codec.http.HttpVersion.HTTP_1_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.injectionauditor.webhook.admission.BadInput;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;

/** What goes back over HTTP. */
final class Responses {

    private static final String PLAIN_TEXT = "text/plain; charset=utf-8";

    private Responses() {}

    static FullHttpResponse json(byte[] body) {
        return response(HttpResponseStatus.OK, HttpHeaderValues.APPLICATION_JSON, body);
    }

    /** @param detail one line */
    static FullHttpResponse rejection(BadInput reason, String detail) {
        FullHttpResponse response = text(HttpResponseStatus.valueOf(reason.httpStatus()), detail);
        if (reason == BadInput.METHOD) {
            response.headers().set(HttpHeaderNames.ALLOW, "POST");
        }
        return response;
    }

    static FullHttpResponse internalFailure() {
        return text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal failure; the webhook's log has the details");
    }

    static FullHttpResponse continueRequest() {
        return new DefaultFullHttpResponse(HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
    }

    private static FullHttpResponse text(HttpResponseStatus status, String line) {
        return response(status, PLAIN_TEXT, (line + "\n").getBytes(UTF_8));
    }

    private static FullHttpResponse response(HttpResponseStatus status, CharSequence contentType, byte[] body) {
        FullHttpResponse response = new DefaultFullHttpResponse(HTTP_1_1, status, Unpooled.wrappedBuffer(body));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, contentType)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        return response;
    }
}
