package dev.injectionauditor.localstack.image;

import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs a service from its image until it is ready and has worked a little: {@code ImageRun IMAGE_TAR webhook|auditor}.
 * With the name of a file for a third argument, its JVM writes an AOT cache when it is told to stop, and that comes
 * into the file.
 */
public final class ImageRun {

    private static final String CACHE = "/tmp/service.aot";
    private static final int OK = 200;
    private static final int SECONDS_TO_START = 120;
    private static final int SECONDS_TO_STOP = 180;

    private final Path folder;
    private final UnpackedImage image;
    private final int managementPort;

    private ImageRun(Path folder, UnpackedImage image) throws IOException {
        this.folder = folder;
        this.image = image;
        this.managementPort = FreePorts.find(1).getFirst();
    }

    /** Exit code 0 if it worked, 1 with the reason if not. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("image-run");
        try {
            ImageRun run = new ImageRun(folder, UnpackedImage.of(Path.of(arguments[0]), folder));
            Exercise exercise = Exercise.of(arguments[1]);
            if (arguments.length > 2) {
                run.train(exercise, Path.of(arguments[2]));
            } else {
                run.tryOut(exercise);
            }
        } finally {
            Folders.delete(folder);
        }
        System.exit(0); // Some libraries leave threads behind.
    }

    /** Runs it until it is ready and has worked; then its JVM writes the cache. */
    private void train(Exercise exercise, Path cache) throws Exception {
        String log = run(exercise, "-XX:AOTCacheOutput=" + CACHE);
        if (!Files.isReadable(image.file(CACHE))) {
            throw new IOException("no cache was written:\n" + log);
        }
        Files.createDirectories(cache.getParent());
        Files.copy(image.file(CACHE), cache, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Runs it as it is. */
    private void tryOut(Exercise exercise) throws Exception {
        String log = run(exercise, "");
        if (log.contains("][error][aot]") || log.contains("][warning][aot]")) {
            throw new IOException("the image does not use its AOT cache:\n" + log);
        }
    }

    private String run(Exercise exercise, String jvmOption) throws Exception {
        Path log = folder.resolve("log");
        try (exercise) {
            exercise.prepare(image.file("/tmp/exercise"));
            long start = System.nanoTime();
            Process service = image.start(
                    // As a container has it
                    jvmOption.isEmpty()
                            ? Map.of("HOSTNAME", "exercise")
                            : Map.of("HOSTNAME", "exercise", "JAVA_TOOL_OPTIONS", jvmOption),
                    exercise.options("/tmp/exercise", managementPort),
                    log);
            try {
                awaitReady(service, log);
                System.out.println("ready after "
                        + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
                exercise.exercise();
                service.destroy();
                if (!service.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
                    throw new IOException("the service does not stop:\n" + Files.readString(log));
                }
            } finally {
                service.destroyForcibly();
            }
        }
        return Files.readString(log);
    }

    private void awaitReady(Process service, Path log) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
        while (!isReady()) {
            if (!service.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("the service did not get ready in its image:\n" + Files.readString(log));
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private boolean isReady() throws InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/readyz"))
                    .timeout(Duration.ofSeconds(1))
                    .build();
            return client.send(request, BodyHandlers.discarding()).statusCode() == OK;
        } catch (IOException e) {
            return false;
        }
    }

    /** What a service does meanwhile, and what has to be there for it. */
    interface Exercise extends AutoCloseable {

        static Exercise of(String service) {
            return switch (service) {
                case "webhook" -> new WebhookExercise();
                case "auditor" -> new AuditorExercise();
                default -> throw new IllegalArgumentException("webhook or auditor, not " + service);
            };
        }

        /** Starts what the service needs, and writes the files that it reads into this folder. */
        void prepare(Path files) throws Exception;

        /** The options of the service, for which the folder has this name. */
        List<String> options(String files, int managementPort);

        /** Has the ready service do what it is for. */
        void exercise() throws Exception;

        @Override
        void close() throws IOException;
    }
}
