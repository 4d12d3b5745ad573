package dev.injectionauditor.localstack;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Folders that come and go with the local stack. */
public final class Folders {

    private Folders() {}

    /** Whether a folder is not there, or has nothing in it. */
    public static boolean isEmpty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return true;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    /**
     * Copies a folder with all that is in it, permissions included.
     *
     * @param to not there yet, or empty
     * @param last name of the file that is copied after all others: where it is, the copy is complete
     * @throws IOException if that is not possible; nothing is left of the copy then
     */
    public static void copy(Path from, Path to, String last) throws IOException {
        if (!isEmpty(to)) {
            throw new IOException(to + " is not empty");
        }
        Path end = from.resolve(last);
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : (Iterable<Path>) all.filter(path -> !path.equals(end))::iterator) {
                Path copy = to.resolve(from.relativize(path).toString());
                if (!Files.isDirectory(copy)) {
                    Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
            Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
            Files.copy(end, to.resolve(last), StandardCopyOption.COPY_ATTRIBUTES);
        } catch (IOException | RuntimeException e) {
            delete(to);
            throw e;
        }
    }

    /** Deletes a folder with all that is in it, as far as it is there. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                // A server that has just stopped may still have been tidying up.
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
