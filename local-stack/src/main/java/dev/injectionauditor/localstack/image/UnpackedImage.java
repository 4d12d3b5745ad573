package dev.injectionauditor.localstack.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An image whose file system is a folder of this machine. Its command runs with that folder for its root, {@code /dev}
 * and {@code /proc} included, and with this machine's network.
 */
final class UnpackedImage {

    private static final String ENTER = """
            root=$1
            /bin/mkdir -p "$root/dev" "$root/proc" || exit 125
            /bin/mount --rbind /dev "$root/dev" && /bin/mount --rbind /proc "$root/proc" || exit 125
            shift
            exec /usr/sbin/chroot "$@"
            """;

    private final Path root;
    private final ImageTar image;

    private UnpackedImage(Path root, ImageTar image) {
        this.root = root;
        this.image = image;
    }

    /** Unpacks an image below an empty folder. */
    static UnpackedImage of(Path tar, Path folder) throws IOException, InterruptedException {
        ImageTar image = ImageTar.open(tar, folder.resolve("parts"));
        Path root = folder.resolve("root");
        image.unpack(root);
        return new UnpackedImage(root, image);
    }

    /** A file in the image. */
    Path file(String absolute) {
        return root.resolve(absolute.substring(1));
    }

    /**
     * Starts the image's own command.
     *
     * @param environment further variables
     * @param options further arguments
     * @param log where its output is appended to
     */
    Process start(Map<String, String> environment, List<String> options, Path log) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/unshare", "--mount"));
        List<String> user = List.of();
        if (isRoot()) {
            user = List.of("--userspec=" + image.user());
        } else {
            // Who may not change the root is root in a namespace of his own.
            command.addAll(List.of("--user", "--map-root-user"));
        }
        command.addAll(List.of("/bin/sh", "-c", ENTER, "sh", root.toString()));
        command.addAll(user);
        command.add(root.toString());
        command.addAll(image.command());
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        image.environment().forEach(entry -> {
            int equals = entry.indexOf('=');
            builder.environment().put(entry.substring(0, equals), entry.substring(equals + 1));
        });
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static boolean isRoot() throws IOException {
        return Files.getOwner(Path.of("/proc/self")).getName().equals("root");
    }
}
