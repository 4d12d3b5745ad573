package dev.injectionauditor.k8s;

import dev.injectionauditor.localstack.RealApiServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real API server, used by kubectl, as people do. */
final class RealCluster implements AutoCloseable {

    private final Path folder;
    private final Path kubeconfig;
    private final RealApiServer server;

    RealCluster(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        this.server = new RealApiServer(folder);
        this.kubeconfig = Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig());
    }

    /** Whether the programs are there. */
    static boolean isHere() {
        return RealApiServer.isInstalled() && Command.isThere("kubectl");
    }

    /** What kubectl prints; fails the test if it does not succeed. */
    String kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kubectl", "--kubeconfig=" + kubeconfig));
        command.addAll(List.of(arguments));
        return Command.run(command.toArray(String[]::new));
    }

    /** A file for {@code kubectl -f}. */
    String file(Iterable<?> objects) throws IOException {
        Path file = Files.createTempFile(folder, "objects", ".json");
        StringBuilder text = new StringBuilder();
        objects.forEach(object -> text.append(object).append('\n'));
        Files.writeString(file, text, StandardCharsets.UTF_8);
        return file.toString();
    }

    @Override
    public void close() {
        server.close();
    }
}
