package dev.injectionauditor.bench;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process that is measured from outside: by {@code /proc}, so on Linux only. */
public final class Child {

    private static final double KILOBYTES = 1024.0;
    private static final Duration LONGEST_START = Duration.ofSeconds(60);
    private static final long BETWEEN_LOOKS = Duration.ofMillis(2).toNanos();

    private Child() {}

    /**
     * What a process took.
     *
     * @param cpuSeconds of the process itself, without its own children
     * @param peakMegabytes most memory that it had at a time
     */
    public record Result(double seconds, double cpuSeconds, double peakMegabytes) {}

    /** Command line of a class of a packaged module; the working directory is that of the project. */
    public static List<String> java(String module, List<String> options, String mainClass, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of(
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                "%1$s/target/%1$s.jar:%1$s/target/lib/*".formatted(module),
                mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * Runs a command to its end.
     *
     * @param output where all that it says goes
     * @throws IOException if it fails
     */
    public static Result run(Path output, List<String> command) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        double peak = 0;
        double cpu = 0;
        while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
            peak = Math.max(peak, peakMegabytes(process.pid()));
            cpu = Math.max(cpu, cpuSeconds(process.toHandle()));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (process.exitValue() != 0) {
            throw new IOException(command.getFirst() + " failed: " + Files.readString(output));
        }
        return new Result(seconds, cpu, peak);
    }

    /**
     * Waits until a service says on its management port that it is ready; kills it if it does not.
     *
     * @param log where its log goes
     * @throws IOException with its log, if it ends or takes longer than a minute
     */
    public static void awaitReady(Process service, int managementPort, Path log) throws IOException {
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (!isReady(managementPort)) {
            if (!service.isAlive() || System.nanoTime() > deadline) {
                service.destroyForcibly();
                throw new IOException("the service did not get ready; its log:\n" + Files.readString(log));
            }
            LockSupport.parkNanos(BETWEEN_LOOKS);
        }
    }

    private static boolean isReady(int port) {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + "/readyz").toURL().openConnection();
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false;
        }
    }

    /** CPU time of a process so far. */
    public static double cpuSeconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    /** Most memory that a process has had at a time; 0 if it has ended. */
    public static double peakMegabytes(long pid) {
        return status(pid, "VmHWM:");
    }

    /** Memory that a process has now; 0 if it has ended. */
    public static double megabytes(long pid) {
        return status(pid, "VmRSS:");
    }

    private static double status(long pid, String field) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / KILOBYTES)
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }
}
