package dev.injectionauditor.webhook.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentTest {

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int PAGE = 4096;

    @TempDir
    private Path folder;

    @Test
    void shouldNotWaitForARecordThatCouldNotBeWritten() {
        try (Arena arena = Arena.ofConfined()) {
            // Given a segment of which only the first page can be written
            MemorySegment memory = arena.allocate(Segment.SIZE, Long.BYTES);
            Segment failing = Segment.blank(arena, memory.asSlice(0, PAGE), null);
            byte[] record = new byte[2 * PAGE];
            Arrays.fill(record, (byte) 1);

            // When a record is appended that reaches beyond it
            assertThatThrownBy(() -> failing.append(record, Segment.crc(record)))
                    .isInstanceOf(IndexOutOfBoundsException.class);

            // Then it is found unusable, and what comes after it is there
            Segment working = Segment.blank(arena, memory, null);
            byte[] next = "12345678".getBytes(US_ASCII);
            assertThat(working.append(next, Segment.crc(next))).isTrue();
            assertThat(failing.count()).isOne();
            assertThat(working.count()).isOne();
            assertThat(working.read(working.done()))
                    .isInstanceOfSatisfying(
                            Segment.Found.Unusable.class,
                            unusable -> assertThat(working.read(unusable.next()))
                                    .isInstanceOfSatisfying(
                                            Segment.Found.Entry.class,
                                            entry -> assertThat(entry.bytes()).isEqualTo(next)));
        }
    }

    @Test
    void shouldBeReadToItsEndWhenTheDiskFailsUnderIt() {
        try (Arena arena = Arena.ofConfined()) {
            // Given a segment with a record, and a claim of a thread that could not go on
            MemorySegment memory = arena.allocate(Segment.SIZE, Long.BYTES);
            Segment segment = Segment.blank(arena, memory, null);
            byte[] record = "12345678".getBytes(US_ASCII);
            segment.append(record, Segment.crc(record));
            memory.set(INT, Segment.HEADER + 16, -8);

            // When it is known that the disk fails
            segment.setFailing();

            // Then nothing more is appended, and the record is there
            assertThat(segment.append(record, Segment.crc(record))).isFalse();
            assertThat(segment.read(segment.done())).isInstanceOf(Segment.Found.Entry.class);
            // And nobody waits for the claim, nor for another record
            assertThat(segment.read(Segment.HEADER + 16)).isInstanceOf(Segment.Found.Unusable.class);
            assertThat(segment.read(Segment.HEADER + 32)).isInstanceOf(Segment.Found.End.class);
        }
    }

    @Test
    void shouldStayMappedWhileARecordIsNotFinished() throws IOException {
        // Given a full segment in which a thread has claimed a place for 8 bytes and not written them yet
        Path file = folder.resolve("segment");
        Arena arena = Arena.ofShared();
        MemorySegment memory;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, Segment.SIZE, arena);
        }
        try (Segment segment = Segment.blank(arena, memory, file)) {
            memory.set(INT, Segment.HEADER, -8);
            segment.setFull();

            // When its memory is wanted back
            segment.unmap();

            // Then the thread can finish, and its record is waited for
            assertThat(arena.scope().isAlive()).isTrue();
            assertThat(segment.read(segment.done())).isEqualTo(new Segment.Found.Nothing());

            // When it has finished
            byte[] record = "12345678".getBytes(US_ASCII);
            MemorySegment.copy(record, 0, memory, ValueLayout.JAVA_BYTE, Segment.HEADER + 8, record.length);
            memory.set(INT, Segment.HEADER + 4, Segment.crc(record));
            memory.set(INT, Segment.HEADER, record.length);
            segment.unmap();

            // Then the memory is given back, and the record is there when it is read
            assertThat(arena.scope().isAlive()).isFalse();
            segment.remap();
            assertThat(segment.read(segment.done()))
                    .isInstanceOfSatisfying(
                            Segment.Found.Entry.class,
                            entry -> assertThat(entry.bytes()).isEqualTo(record));
        }
    }
}
