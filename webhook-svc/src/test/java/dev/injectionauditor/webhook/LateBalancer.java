package dev.injectionauditor.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Spreads TCP connections over endpoints, in turn, as a Service does. It learns late of a change, as kube-proxy may,
 * and does not help where an endpoint does not answer: the connection just ends.
 */
final class LateBalancer implements AutoCloseable {

    private final ServerSocket listening;
    private final Duration late;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    private volatile List<Integer> known;
    private int turn;

    /** @param ports of 127.0.0.1, known from the start */
    LateBalancer(Duration late, List<Integer> ports) throws IOException {
        this.late = late;
        this.known = ports;
        this.listening = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
        threads.submit(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** The endpoints are these from now on; it will be known later. */
    void change(List<Integer> ports) {
        later.schedule(() -> known = ports, late.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Void accept() throws IOException {
        while (true) {
            Socket caller = listening.accept();
            List<Integer> ports = known;
            int port = ports.get(turn++ % ports.size());
            threads.submit(() -> connect(caller, port));
        }
    }

    private void connect(Socket caller, int port) {
        try (caller;
                Socket endpoint = new Socket(InetAddress.getLoopbackAddress(), port)) {
            caller.setTcpNoDelay(true);
            endpoint.setTcpNoDelay(true);
            Thread back = Thread.startVirtualThread(() -> pass(endpoint, caller));
            pass(caller, endpoint);
            back.join();
        } catch (IOException e) {
            // nobody there: the connection ends
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Passes on what comes, and the end of it. */
    private static void pass(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        later.shutdownNow();
        threads.shutdownNow();
    }
}
