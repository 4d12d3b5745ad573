package dev.injectionauditor.webhook.http;

import dev.injectionauditor.webhook.admission.BadInput;
import dev.injectionauditor.webhook.admission.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of one connection, one after the other, on the connection's own thread. A request that is turned
 * away is answered as soon as that is clear; what still arrives of it is passed over.
 */
final class AdmissionHandler extends SimpleChannelInboundHandler<HttpObject> {

    private static final byte[] NOTHING = {};
    // An announced length alone gets no more memory than this; beyond it, the array grows with what really arrives.
    private static final int MOST_AT_FIRST = 64 * 1024;

    private final int maxBodyBytes;
    private final CallerCheck callers;
    private final Function<byte[], Outcome> admission;
    private final BooleanSupplier closing;
    private final ServerListener listener;

    // Of the request that is arriving.
    private byte[] body = NOTHING;
    private int length;
    private boolean keepAlive;
    private @Nullable ChannelFuture answer;
    /** The connection closes as soon as the answer is out. */
    private boolean ends;

    /**
     * A handler for one connection.
     *
     * @param callers who may ask
     * @param admission answers a request body
     * @param closing whether the server wants its connections to end
     */
    AdmissionHandler(
            int maxBodyBytes,
            CallerCheck callers,
            Function<byte[], Outcome> admission,
            BooleanSupplier closing,
            ServerListener listener) {
        this.maxBodyBytes = maxBodyBytes;
        this.callers = callers;
        this.admission = admission;
        this.closing = closing;
        this.listener = listener;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (ends) {
            return; // whatever else was sent along
        }
        if (message instanceof HttpRequest request) {
            begin(context, request);
        }
        if (message instanceof HttpContent content && answer == null) {
            append(context, content);
        }
        if (message instanceof LastHttpContent) {
            end(context);
        }
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        answer = null;
        keepAlive = HttpUtil.isKeepAlive(request);
        length = 0;
        BadInput problem = RequestCheck.problem(request, maxBodyBytes);
        if (problem == null && !callers.mayAsk(context, request)) {
            problem = BadInput.CALLER;
        }
        boolean waitsForContinue = HttpUtil.is100ContinueExpected(request);
        if (problem == null) {
            body = new byte[(int) Math.min(HttpUtil.getContentLength(request, 0L), MOST_AT_FIRST)];
            if (waitsForContinue) {
                context.writeAndFlush(Responses.continueRequest());
            }
            return;
        }
        // Is it known where the next request begins, without waiting for a body that is not wanted?
        boolean endIsKnown = !waitsForContinue && problem != BadInput.BAD_HTTP;
        keepAlive &= endIsKnown && problem != BadInput.TOO_LARGE;
        reject(context, problem, problem.text());
        if (!endIsKnown) {
            closeAfterAnswer();
        }
    }

    private void append(ChannelHandlerContext context, HttpContent content) {
        ByteBuf bytes = content.content();
        int newLength = length + bytes.readableBytes();
        if (content.decoderResult().isFailure()) {
            keepAlive = false;
            reject(context, BadInput.BAD_HTTP, BadInput.BAD_HTTP.text());
        } else if (newLength > maxBodyBytes) {
            keepAlive = false;
            reject(context, BadInput.TOO_LARGE, BadInput.TOO_LARGE.text());
        } else {
            if (newLength > body.length) {
                body = Arrays.copyOf(body, Math.max(newLength, Math.min(2 * body.length, maxBodyBytes)));
            }
            bytes.readBytes(body, length, newLength - length);
            length = newLength;
        }
    }

    private void end(ChannelHandlerContext context) {
        if (answer != null) {
            // Nothing more is written that would tell.
            context.pipeline().fireUserEventTriggered(ConnectionTimeouts.REQUEST_ENDED);
        } else if (length == 0) {
            reject(context, BadInput.EMPTY, BadInput.EMPTY.text());
        } else {
            answer(context);
        }
        body = NOTHING;
        if (!keepAlive) {
            closeAfterAnswer();
        }
    }

    private void answer(ChannelHandlerContext context) {
        long start = System.nanoTime();
        Outcome outcome;
        try {
            outcome = admission.apply(length == body.length ? body : Arrays.copyOf(body, length));
        } catch (Throwable defect) { // whatever it is, the API server must fail open at once
            respond(context, Responses.internalFailure());
            listener.failed(defect);
            return;
        }
        switch (outcome) {
            case Outcome.Allowed allowed -> {
                respond(context, Responses.json(allowed.answer()));
                listener.answered(allowed, System.nanoTime() - start);
            }
            case Outcome.Rejected(BadInput reason, String detail) -> reject(context, reason, detail);
        }
    }

    private void reject(ChannelHandlerContext context, BadInput reason, String detail) {
        respond(context, Responses.rejection(reason, detail));
        listener.rejected(reason, detail);
    }

    private void respond(ChannelHandlerContext context, FullHttpResponse response) {
        keepAlive &= !closing.getAsBoolean();
        HttpUtil.setKeepAlive(response, keepAlive);
        answer = context.writeAndFlush(response);
    }

    private void closeAfterAnswer() {
        if (answer != null) {
            ends = true;
            answer.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        listener.connectionFailed(failure);
        context.close();
    }
}
