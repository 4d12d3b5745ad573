package dev.injectionauditor.e2e;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A program that runs beside the tests and writes its log into a file. Ends with the JVM at the latest. */
final class ChildProcess implements AutoCloseable {

    private static final int SECONDS_TO_STOP = 20;
    private static final int LINES_TO_TELL = 20;

    private final Path log;
    private final List<String> command;
    private final Process process;
    private final Thread atExit;

    ChildProcess(Path log, List<String> command) throws IOException {
        this.log = log;
        this.command = command;
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start();
        atExit = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** @throws IOException if it has ended, or something else is wrong; tells the end of its log */
    void check(boolean right) throws IOException {
        if (!right || !process.isAlive()) {
            List<String> lines = Files.readAllLines(log);
            throw new IOException(
                    command.getFirst() + (right ? " has ended" : " does not get ready") + "; its log ends:\n"
                            + lines.stream()
                                    .skip(Math.max(0, lines.size() - LINES_TO_TELL))
                                    .collect(Collectors.joining("\n")));
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        process.destroy();
        try {
            if (!process.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
