package dev.injectionauditor.bench.webhook;

import dev.injectionauditor.bench.Child;
import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The packaged webhook as a process, started as {@code ./run webhook} does. */
final class WebhookUnderLoad implements AutoCloseable {

    private static final Path OPTIONS = Path.of("webhook-svc/jvm.options");
    private static final Path JAR = Path.of("webhook-svc/target/webhook-svc.jar");
    /** Made by {@code ./run webhook-cache}. */
    static final Path CACHE = Path.of("webhook-svc/target/webhook-svc.aot");

    private final Process process;
    private final int port;
    private final Duration start;

    /**
     * Starts it and waits until it is ready.
     *
     * @param folder for its log, certificate and spool
     * @param kafka bootstrap servers
     */
    WebhookUnderLoad(Path folder, String kafka) throws IOException, InterruptedException {
        ServingFiles tls = new LocalCertificates().writeServing(folder.resolve("tls"));
        List<Integer> ports = FreePorts.find(2);
        port = ports.get(0);
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + OPTIONS));
        if (Files.exists(CACHE)) {
            command.add("-XX:AOTCache=" + CACHE);
        }
        command.addAll(List.of(
                "-jar",
                JAR.toString(),
                "--cluster=bench",
                "--kubernetes-service-host=10.0.0.1",
                "--address=127.0.0.1",
                "--port=" + port,
                "--management-port=" + ports.get(1),
                "--tls-cert=" + tls.certificate(),
                "--tls-key=" + tls.key(),
                "--spool-folder=" + folder.resolve("spool"),
                "--drain=0s",
                "--kafka-bootstrap-servers=" + kafka));
        Path log = folder.resolve("webhook.log");
        long before = System.nanoTime();
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start();
        Child.awaitReady(process, ports.get(1), log);
        start = Duration.ofNanos(System.nanoTime() - before);
    }

    String url() {
        return "https://127.0.0.1:" + port + "/webhooks/kubernetes-service-host?timeout=2s";
    }

    /** From the start of the process to the first time that it was ready. */
    Duration start() {
        return start;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
