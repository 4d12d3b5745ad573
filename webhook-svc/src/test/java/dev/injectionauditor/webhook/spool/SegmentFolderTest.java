package dev.injectionauditor.webhook.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentFolderTest {

    @TempDir
    private Path path;

    @Test
    void shouldLeaveAloneWhatCannotBeRead() throws IOException {
        // Given three segments that a process has left
        try (SegmentFolder folder = new SegmentFolder(path)) {
            for (int i = 0; i < 3; i++) {
                try (Segment segment = folder.create()) {
                    segment.append(new byte[] {1}, Segment.crc(new byte[] {1}));
                }
            }
        }

        // When the next one cannot read the first two: one not at all, of the other a page is bad
        try (SegmentFolder folder = new SegmentFolder(path)) {
            List<Segment> found =
                    folder.recover(file -> switch (file.getFileName().toString()) {
                        case "0000000000000001.spool" -> throw new IOException("cannot be opened");
                        case "0000000000000002.spool" -> throw new InternalError("a page cannot be read");
                        default -> SegmentFolder.map(file);
                    });

            // Then the third is there, and the others stay where they are
            assertThat(found).extracting(Segment::file).containsExactly(path.resolve("0000000000000003.spool"));
            assertThat(found).extracting(Segment::count).containsExactly(1);
            assertThat(path.resolve("0000000000000001.spool")).exists();
            assertThat(path.resolve("0000000000000002.spool")).exists();
        }
    }
}
