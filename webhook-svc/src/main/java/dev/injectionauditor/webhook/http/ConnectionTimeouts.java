package dev.injectionauditor.webhook.http;

import dev.injectionauditor.webhook.admission.BadInput;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose request does not arrive whole in time, or on which nothing has happened for long. It stands
 * before the HTTP codec, so that it sees the bytes of an unfinished header too: a request is under way from its first
 * byte to the first byte of the answer, or to its own last byte if that comes later because it was turned away early.
 */
final class ConnectionTimeouts extends ChannelDuplexHandler {

    /** The event that tells that the last byte of a request has come after its answer. */
    static final Object REQUEST_ENDED = new Object();

    private static final int CHECKS_PER_LIMIT = 8;

    private final long requestLimit;
    private final long idleLimit;
    private final ServerListener listener;
    private boolean requestUnderWay;
    private long since;

    ConnectionTimeouts(HttpLimits limits, ServerListener listener) {
        this.requestLimit = limits.requestTimeout().toNanos();
        this.idleLimit = limits.idleTimeout().toNanos();
        this.listener = listener;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        since = now(context);
        checkLater(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!requestUnderWay) {
            requestUnderWay = true;
            since = now(context);
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        requestEnded(context);
        context.write(message, promise);
    }

    private void requestEnded(ChannelHandlerContext context) {
        requestUnderWay = false;
        since = now(context);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == REQUEST_ENDED) {
            requestEnded(context);
        } else if (event == HttpsServer.CLOSING && !requestUnderWay) {
            context.close();
        }
        context.fireUserEventTriggered(event);
    }

    /** One check every now and then costs less than a timer for each request. */
    private void checkLater(ChannelHandlerContext context) {
        long pause = Math.min(requestLimit, idleLimit) / CHECKS_PER_LIMIT;
        context.executor().schedule(() -> check(context), pause, TimeUnit.NANOSECONDS);
    }

    private void check(ChannelHandlerContext context) {
        if (!context.channel().isActive()) {
            return;
        }
        long waited = now(context) - since;
        if (requestUnderWay && waited >= requestLimit) {
            listener.rejected(BadInput.TOO_SLOW, BadInput.TOO_SLOW.text());
            context.close();
        } else if (!requestUnderWay && waited >= idleLimit) {
            context.close();
        } else {
            checkLater(context);
        }
    }

    private static long now(ChannelHandlerContext context) {
        return context.executor().ticker().nanoTime();
    }
}
