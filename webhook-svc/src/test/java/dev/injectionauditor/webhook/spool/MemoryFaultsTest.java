package dev.injectionauditor.webhook.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryFaultsTest {

    @TempDir
    private Path folder;

    @Test
    void shouldThrowWhereTheErrorIsCaught() throws IOException {
        try (Arena arena = Arena.ofShared();
                FileChannel file = FileChannel.open(
                        folder.resolve("file"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            // Given mapped memory, and code that writes to it and has been compiled
            MemorySegment memory = file.map(FileChannel.MapMode.READ_WRITE, 0, 4096, arena);
            for (int i = 0; i < 500; i++) {
                assertThat(written(memory, 10_000)).isEqualTo(10_000);
            }

            // When the memory is lost
            file.truncate(0);

            // Then the code that catches the error gets it, not somebody who has called it
            assertThat(written(memory, 1_000)).isZero();
        }
    }

    /** How many of so many tries succeed. */
    private static int written(MemorySegment memory, int tries) {
        int written = 0;
        for (int i = 0; i < tries; i++) {
            written += isWritten(memory) ? 1 : 0;
        }
        return written;
    }

    private static boolean isWritten(MemorySegment memory) {
        try {
            memory.set(ValueLayout.JAVA_INT, 8, 1);
            MemoryFaults.throwIfAny();
            return true;
        } catch (InternalError e) {
            return false;
        }
    }
}
