package dev.injectionauditor.webhook.http;

import dev.injectionauditor.webhook.admission.Outcome;
import dev.injectionauditor.webhook.tls.TlsIdentity;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The HTTPS server: HTTP/1.1 with keep-alive over TLS. */
public final class HttpsServer implements AutoCloseable {

    /** The event that tells a connection to end as soon as no request is under way on it. */
    static final Object CLOSING = new Object();

    private static final int LONGEST_REQUEST_LINE = 2 * 1024;
    private static final int LONGEST_HEADERS = 16 * 1024;
    private static final int LONGEST_READ = 64 * 1024;
    private static final int WAITING_CONNECTIONS = 1024;
    private static final Duration LAST_REQUESTS = Duration.ofSeconds(3);
    private static final Duration LAST_TASKS = Duration.ofSeconds(1);

    private final Supplier<@Nullable TlsIdentity> tls;
    private final CallerCheck callers;
    private final HttpLimits limits;
    private final Function<byte[], Outcome> admission;
    private final ServerListener listener;

    private final EventLoopGroup threads;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listening;
    private volatile boolean closing;

    /**
     * Binds the port and starts to answer.
     *
     * @param tls asked for each new connection, so that a certificate can be exchanged while the server runs; while
     *     there is none, connections are closed at once
     * @param callers who may ask
     * @param admission answers a request body; must not block
     * @throws IOException if the port cannot be bound
     */
    public static HttpsServer start(
            InetSocketAddress address,
            Supplier<@Nullable TlsIdentity> tls,
            CallerCheck callers,
            HttpLimits limits,
            Function<byte[], Outcome> admission,
            ServerListener listener)
            throws IOException {
        return new HttpsServer(address, tls, callers, limits, admission, listener);
    }

    private HttpsServer(
            InetSocketAddress address,
            Supplier<@Nullable TlsIdentity> tls,
            CallerCheck callers,
            HttpLimits limits,
            Function<byte[], Outcome> admission,
            ServerListener listener)
            throws IOException {
        this.tls = tls;
        this.callers = callers;
        this.limits = limits;
        this.admission = admission;
        this.listener = listener;
        this.threads = new MultiThreadIoEventLoopGroup(
                Runtime.getRuntime().availableProcessors(),
                new DefaultThreadFactory("https"),
                NioIoHandler.newFactory());
        ChannelFuture bound = new ServerBootstrap()
                .group(threads)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, WAITING_CONNECTIONS)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        prepare(connection);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stopThreads();
            throw new IOException("cannot listen on " + address, bound.cause());
        }
        this.listening = bound.channel();
    }

    private void prepare(SocketChannel connection) {
        TlsIdentity identity = tls.get();
        if (identity == null) {
            connection.close();
            return;
        }
        connections.add(connection);
        SslHandler ssl = new SslHandler(identity.newEngine());
        ssl.setHandshakeTimeoutMillis(limits.requestTimeout().toMillis());
        ChannelPipeline handlers = connection.pipeline();
        handlers.addLast(ssl);
        handlers.addLast(new ConnectionTimeouts(limits, listener));
        handlers.addLast(new HttpServerCodec(new HttpDecoderConfig()
                .setMaxInitialLineLength(LONGEST_REQUEST_LINE)
                .setMaxHeaderSize(LONGEST_HEADERS)
                .setMaxChunkSize(LONGEST_READ)));
        handlers.addLast(new AdmissionHandler(limits.maxBodyBytes(), callers, admission, () -> closing, listener));
    }

    /** The port it listens on, also when any free one was asked for. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Whether it accepts connections. */
    public boolean isListening() {
        return listening.isActive();
    }

    /** How many connections are open. */
    public int connections() {
        return connections.size();
    }

    /**
     * Goes on as before, but each answer from now on asks its caller to close the connection. Connections on which
     * nothing is sent stay open: a request may be on its way, and the API server does not send one a second time.
     */
    public void drain() {
        closing = true;
    }

    /** Accepts nothing new, closes what is idle, lets requests under way be answered, then stops; at most 4 s. */
    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        closing = true;
        connections.forEach(connection -> connection.pipeline().fireUserEventTriggered(CLOSING));
        if (!connections.newCloseFuture().awaitUninterruptibly(LAST_REQUESTS.toMillis())) {
            connections.close();
        }
        stopThreads();
    }

    private void stopThreads() {
        threads.shutdownGracefully(0, LAST_TASKS.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(LAST_TASKS.toMillis());
    }
}
