package dev.injectionauditor.webhook;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Calls a webhook for Pods at a steady rate, as an API server does: it keeps connections and takes an idle one if it
 * has one, waits 2 s, and does not try again. The rate does not depend on the answers. A call without a good answer in
 * time is a miss.
 */
final class PodCreations implements AutoCloseable {

    private static final int LIMIT_MILLIS = 2_000;
    private static final byte[] REQUEST = WebhookCaller.onTheWire(Recorded.body("020-CREATE-web-8d88b6668-.json"));

    private final SSLContext tls;
    private final InetSocketAddress target;
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger made = new AtomicInteger();
    private final List<String> misses = new CopyOnWriteArrayList<>();
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final long start = System.nanoTime();

    /** @param raw below TLS, to see whether the other side has ended the connection */
    private record Connection(Socket raw, SSLSocket tls) implements AutoCloseable {

        /** A client that reads in the background, as Go's does, has seen the end of an idle connection. */
        boolean isOpen() throws IOException {
            return raw.getInputStream().available() == 0;
        }

        @Override
        public void close() throws IOException {
            tls.close();
        }
    }

    /** Begins. @param tls trusts what the webhook serves */
    PodCreations(int port, SSLContext tls, int perSecond) {
        this.tls = tls;
        this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        timer.scheduleAtFixedRate(() -> calls.submit(this::create), 0, 1_000_000 / perSecond, TimeUnit.MICROSECONDS);
    }

    private void create() {
        made.incrementAndGet();
        long began = System.nanoTime();
        try {
            call();
            long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
            if (millis > LIMIT_MILLIS) {
                miss(began, "took " + millis + " ms");
            }
        } catch (IOException e) {
            miss(began, e.toString());
        }
    }

    private void miss(long began, String reason) {
        misses.add("after " + Duration.ofNanos(began - start).toMillis() + " ms: " + reason);
    }

    private void call() throws IOException {
        Connection connection = connection();
        try {
            connection.tls.getOutputStream().write(REQUEST);
            String head = WebhookCaller.readHead(connection.tls.getInputStream());
            byte[] body = WebhookCaller.readBody(head, connection.tls.getInputStream());
            if (!new String(body, java.nio.charset.StandardCharsets.UTF_8).contains("\"patch\":\"")) {
                throw new IOException("an answer without a patch");
            }
            if (head.toLowerCase(Locale.ROOT).contains("connection: close")) {
                connection.close();
            } else {
                idle.push(connection);
            }
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    private Connection connection() throws IOException {
        for (Connection kept = idle.poll(); kept != null; kept = idle.poll()) {
            if (kept.isOpen()) {
                return kept;
            }
            kept.close();
        }
        Socket raw = new Socket();
        raw.connect(target, LIMIT_MILLIS);
        raw.setSoTimeout(LIMIT_MILLIS);
        raw.setTcpNoDelay(true);
        SSLSocket connection =
                (SSLSocket) tls.getSocketFactory().createSocket(raw, "127.0.0.1", target.getPort(), true);
        return new Connection(raw, connection);
    }

    /** Ends the idle connections, so that the next calls need new ones. */
    void dropConnections() throws IOException {
        for (Connection kept = idle.poll(); kept != null; kept = idle.poll()) {
            kept.close();
        }
    }

    int made() {
        return made.get();
    }

    /** What was missed so far, when and why. */
    List<String> misses() {
        return List.copyOf(misses);
    }

    /** Creates no more, and waits for the last answers. */
    @Override
    public void close() throws IOException {
        timer.shutdownNow();
        calls.close();
        dropConnections();
    }
}
