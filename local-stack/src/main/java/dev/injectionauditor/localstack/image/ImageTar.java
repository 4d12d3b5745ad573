package dev.injectionauditor.localstack.image;

import dev.injectionauditor.localstack.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An image in a tar as {@code docker save} and Jib write it. */
final class ImageTar {

    private static final String WHITEOUT = ".wh.";

    private final Path parts;
    private final JsonNode manifest;
    private final JsonNode config;

    private ImageTar(Path parts) throws IOException {
        this.parts = parts;
        this.manifest = json(parts.resolve("manifest.json")).path(0);
        this.config = json(parts.resolve(manifest.path("Config").asString())).path("config");
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(file));
    }

    /**
     * Opens an image.
     *
     * @param parts an empty folder to take it apart in
     */
    static ImageTar open(Path tar, Path parts) throws IOException, InterruptedException {
        untar(tar, parts);
        return new ImageTar(parts);
    }

    /** What the image runs. */
    List<String> command() {
        return Stream.of("Entrypoint", "Cmd")
                .flatMap(list -> texts(list).stream())
                .toList();
    }

    /** Its environment, as {@code NAME=value}. */
    List<String> environment() {
        return texts("Env");
    }

    /** User and group that it runs as, as numbers: {@code 65532:65532}. */
    String user() {
        return config.path("User").asString();
    }

    private List<String> texts(String list) {
        return config.path(list).valueStream().map(JsonNode::asString).toList();
    }

    /** Writes its file system into an empty folder. */
    void unpack(Path root) throws IOException, InterruptedException {
        for (JsonNode layer : manifest.path("Layers")) {
            untar(parts.resolve(layer.asString()), root);
            removeWhatIsWhitedOut(root);
        }
    }

    private static void removeWhatIsWhitedOut(Path root) throws IOException {
        List<Path> marks;
        try (Stream<Path> files = Files.walk(root)) {
            marks = files.filter(file -> file.getFileName().toString().startsWith(WHITEOUT))
                    .toList();
        }
        for (Path mark : marks) {
            Path gone = mark.resolveSibling(mark.getFileName().toString().substring(WHITEOUT.length()));
            Files.delete(mark);
            if (Files.isDirectory(gone)) {
                Folders.delete(gone);
            } else {
                Files.deleteIfExists(gone);
            }
        }
    }

    private static void untar(Path tar, Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        // Times and rights have to be kept: the AOT cache rests on the times of the jars.
        Process process = new ProcessBuilder(
                        "tar", "--warning=no-unknown-keyword", "-xpf", tar.toString(), "-C", folder.toString())
                .inheritIO()
                .start();
        if (process.waitFor() != 0) {
            throw new IOException("cannot unpack " + tar);
        }
    }
}
