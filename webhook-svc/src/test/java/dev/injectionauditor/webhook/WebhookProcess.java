package dev.injectionauditor.webhook;

import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged service as a process of its own, started as in production. */
final class WebhookProcess implements AutoCloseable {

    private static final Path JAR = Path.of("target", "webhook-svc.jar");
    private static final Path JVM_OPTIONS = Path.of("jvm.options");

    private final Process process;
    private final Path log;
    private final int port;
    private final ManagementPort management;

    private WebhookProcess(Process process, Path log, int port, int managementPort) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.management = new ManagementPort(managementPort);
    }

    /**
     * Starts it on free ports; it is not ready yet.
     *
     * @param log where its log goes
     * @param options beside cluster, host to inject, address, ports and certificate
     */
    static WebhookProcess start(Path log, ServingFiles tls, String... options) throws IOException {
        List<Integer> ports = FreePorts.find(2);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + JVM_OPTIONS,
                "-jar",
                JAR.toString(),
                "--cluster=shoot-1",
                "--kubernetes-service-host=10.0.0.1",
                "--address=127.0.0.1",
                "--port=" + ports.get(0),
                "--management-port=" + ports.get(1),
                "--tls-cert=" + tls.certificate(),
                "--tls-key=" + tls.key()));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start();
        return new WebhookProcess(process, log, ports.get(0), ports.get(1));
    }

    int port() {
        return port;
    }

    ManagementPort management() {
        return management;
    }

    WebhookProcess awaitReady() {
        await().atMost(Duration.ofSeconds(60))
                .failFast("it has ended; log: " + log, () -> !process.isAlive())
                .until(management::isReady);
        return this;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM. */
    void tellToStop() {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Whether it ends by itself within this time. */
    boolean endsWithin(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        kill();
    }
}
