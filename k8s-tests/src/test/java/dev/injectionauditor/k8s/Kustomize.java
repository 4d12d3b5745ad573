package dev.injectionauditor.k8s;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Builds the folders of {@code k8s} with the kustomize of this machine. */
final class Kustomize {

    private static final Path FOLDER = Path.of("..", "k8s");

    private Kustomize() {}

    /** Every folder that can be applied, as {@code base} or {@code overlays/strimzi}. */
    static Stream<String> overlays() throws IOException {
        return folders("overlays", "base");
    }

    /** Every component. */
    static Stream<String> components() throws IOException {
        return folders("components");
    }

    private static Stream<String> folders(String parent, String... more) throws IOException {
        try (Stream<Path> found = Files.list(FOLDER.resolve(parent))) {
            return Stream.concat(
                    Stream.of(more),
                    found.filter(Files::isDirectory)
                            .map(path -> FOLDER.relativize(path).toString()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    /** The objects that applying the folder makes. Skips the test if this machine has no kustomize. */
    static List<JsonNode> build(String folder) throws IOException, InterruptedException {
        return parse(Command.run(command(FOLDER.resolve(folder))));
    }

    /** The objects in a text of YAML documents. */
    static List<JsonNode> parse(String yaml) throws IOException {
        try (var documents = YAMLMapper.shared().readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
            return documents.readAll();
        }
    }

    private static String[] command(Path folder) {
        if (Command.isThere("kustomize")) {
            return new String[] {"kustomize", "build", folder.toString()};
        }
        Assumptions.assumeTrue(
                Command.isThere("kubectl"),
                "neither kustomize nor kubectl is on the PATH, so the manifests cannot be built");
        return new String[] {"kubectl", "kustomize", folder.toString()};
    }
}
