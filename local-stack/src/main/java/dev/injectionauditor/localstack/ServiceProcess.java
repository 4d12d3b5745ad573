package dev.injectionauditor.localstack;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One of our services as a process of its own, as in production. */
public final class ServiceProcess implements AutoCloseable {

    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(20);
    private static final int OK = 200;

    private final String name;
    private final Path log;
    private final URI readiness;
    private final Process process;

    /**
     * Starts a service; it is not ready yet.
     *
     * @param jar the service's jar, beside its libraries
     * @param managementPort where it answers whether it is ready
     * @param log where its log goes; appended to
     */
    public ServiceProcess(String name, Path jar, List<String> options, int managementPort, Path log)
            throws IOException {
        this.name = name;
        this.log = log;
        this.readiness = URI.create("http://127.0.0.1:" + managementPort + "/readyz");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-jar"));
        command.add(jar.toString());
        command.addAll(options);
        this.process = new ProcessBuilder(command)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .redirectError(Redirect.appendTo(log.toFile()))
                .start();
    }

    /**
     * Waits until it is ready.
     *
     * @throws IOException with its log, if it ends or takes too long
     */
    public void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("the " + name + " did not get ready; its log:\n"
                        + Files.readString(log).strip());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Whether it says so itself. */
    public boolean isReady() throws InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(readiness)
                    .timeout(Duration.ofSeconds(1))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == OK;
        } catch (IOException e) {
            return false;
        }
    }

    /** Kills it: connections to it are refused from now on. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops it politely, and by force if it takes too long. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
