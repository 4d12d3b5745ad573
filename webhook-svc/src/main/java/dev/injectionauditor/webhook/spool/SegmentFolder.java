package dev.injectionauditor.webhook.spool;

import dev.injectionauditor.service.Failures;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a spool. Their names count up, so that their order is that of their records. Used by one thread at a
 * time.
 */
final class SegmentFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentFolder.class);
    private static final String SUFFIX = ".spool";
    private static final String NAME = "%016d" + SUFFIX;

    private final Path folder;
    private final FileChannel lockFile;
    private final List<Path> left;
    private long next;

    /**
     * Takes a folder over, and makes it if it is not there.
     *
     * @throws IOException if it cannot be used, or another process uses it
     */
    SegmentFolder(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        lockFile = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock(lockFile);
            try (Stream<Path> files = Files.list(folder)) {
                left = files.filter(file -> file.toString().endsWith(SUFFIX))
                        .sorted()
                        .toList();
            }
            next = left.isEmpty() ? 1 : number(left.getLast()) + 1;
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
    }

    private static void lock(FileChannel file) throws IOException {
        @Nullable FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null; // this very process
        }
        if (lock == null) {
            throw new IOException("another process uses the folder");
        }
    }

    private static long number(Path file) throws IOException {
        String name = file.getFileName().toString();
        try {
            return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
        } catch (NumberFormatException e) {
            throw new IOException("the folder holds a file of another kind: " + name);
        }
    }

    /**
     * What the last process has left, oldest first and not mapped. Files that are no segments are deleted, and so are
     * segments without a record that is not done with: each process makes some beforehand, and what is killed leaves
     * them.
     */
    List<Segment> recover() {
        return recover(SegmentFolder::map);
    }

    /** Reads a file that was left: null if it is no segment. */
    interface Mapping {
        @Nullable Segment map(Path file) throws IOException;
    }

    List<Segment> recover(Mapping mapping) {
        List<Segment> segments = new ArrayList<>();
        for (Path file : left) {
            try {
                Segment segment = mapping.map(file);
                if (segment == null) {
                    LOG.atWarn().addKeyValue("file", file).log("Deleting a file of the spool that is no segment");
                    Files.delete(file);
                } else if (segment.count() == 0) {
                    segment.close();
                    Files.delete(file);
                } else {
                    segment.unmap(); // all of them at once would take up much memory
                    segments.add(segment);
                }
            } catch (IOException | InternalError e) { // InternalError: a page of the file cannot be read
                LOG.atWarn()
                        .addKeyValue("file", file)
                        .addKeyValue("problem", Failures.inOneLine(e))
                        .log("A file of the spool cannot be read and is left alone");
            }
        }
        return segments;
    }

    static @Nullable Segment map(Path file) throws IOException {
        if (Files.size(file) != Segment.SIZE) {
            return null;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return mapped(channel, (arena, memory) -> Segment.recovered(arena, memory, file));
        }
    }

    /** @param segment makes a segment of the memory; if it fails, or gives none, the memory is given back */
    private static <S extends @Nullable Segment> S mapped(
            FileChannel channel, BiFunction<Arena, MemorySegment, S> segment) throws IOException {
        Arena arena = Arena.ofShared();
        @Nullable S made = null;
        try {
            made = segment.apply(arena, channel.map(FileChannel.MapMode.READ_WRITE, 0, Segment.SIZE, arena));
            return made;
        } finally {
            if (made == null) {
                arena.close();
            }
        }
    }

    /**
     * Makes a new segment whose file is filled with zeros: a hole in it would be filled later, while somebody answers,
     * and a disk without room would end that badly.
     */
    Segment create() throws IOException {
        Path file = folder.resolve(NAME.formatted(next++));
        try (FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer zeros = ByteBuffer.allocate(64 * 1024);
            while (channel.position() < Segment.SIZE) {
                channel.write(zeros.clear());
            }
            return mapped(channel, (arena, memory) -> Segment.blank(arena, memory, file));
        } catch (IOException | InternalError e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
