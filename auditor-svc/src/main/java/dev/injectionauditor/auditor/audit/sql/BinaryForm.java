package dev.injectionauditor.auditor.audit.sql;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jooq.EnumType;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;

/**
 * A buffer that grows, for values in the binary form of PostgreSQL, which for each type is that of its {@code send}
 * function.
 */
final class BinaryForm {

    /** Number of dimensions, whether there are nulls, and the type of the elements. */
    private static final int ARRAY_HEADER = 3 * Integer.BYTES;

    /** Number of elements and of the first one. */
    private static final int DIMENSION = 2 * Integer.BYTES;

    private static final int NULL = -1;
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long NANOS_PER_MICRO = 1_000;

    private ByteBuffer buffer;

    BinaryForm(int bytes) {
        this.buffer = ByteBuffer.allocate(bytes);
    }

    int size() {
        return buffer.position();
    }

    /** What has been put; valid up to {@link #size()} and until more is put. */
    byte[] bytes() {
        return buffer.array();
    }

    void clear() {
        buffer.clear();
    }

    void put(byte[] bytes) {
        room(bytes.length).put(bytes);
    }

    void putShort(int number) {
        room(Short.BYTES).putShort((short) number);
    }

    /** A value with its length: null, or of a type that is known here. */
    void putValue(@Nullable Object value) {
        switch (value) {
            case null -> putInt(NULL);
            case Boolean yes ->
                room(Integer.BYTES + Byte.BYTES).putInt(Byte.BYTES).put((byte) (yes ? 1 : 0));
            case Integer number -> room(2 * Integer.BYTES).putInt(Integer.BYTES).putInt(number);
            case Long number -> putLong(number);
            case Instant time -> putLong(micros(time));
            case UUID id ->
                room(Integer.BYTES + 2 * Long.BYTES)
                        .putInt(2 * Long.BYTES)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits());
            case EnumType literal -> putText(literal.getLiteral());
            case String text -> putText(text);
            case String[] texts -> {
                int start = buffer.position();
                putInt(0);
                putArray(Oid.TEXT, texts);
                buffer.putInt(start, buffer.position() - start - Integer.BYTES);
            }
            default -> throw new IllegalArgumentException("no binary form for " + value.getClass());
        }
    }

    /**
     * An array of one dimension, or of none if it is empty, as the server itself writes it; without its length.
     *
     * @param type of the elements, as the server knows it
     */
    void putArray(int type, @Nullable Object[] elements) {
        boolean hasNulls = Arrays.asList(elements).contains(null);
        room(ARRAY_HEADER)
                .putInt(elements.length == 0 ? 0 : 1)
                .putInt(hasNulls ? 1 : 0)
                .putInt(type);
        if (elements.length > 0) {
            room(DIMENSION).putInt(elements.length).putInt(1);
        }
        for (Object element : elements) {
            putValue(element);
        }
    }

    private void putInt(int number) {
        room(Integer.BYTES).putInt(number);
    }

    private void putLong(long number) {
        room(Integer.BYTES + Long.BYTES).putInt(Long.BYTES).putLong(number);
    }

    private void putText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        putInt(utf8.length);
        put(utf8);
    }

    /** Microseconds since 2000, rounded as PostgreSQL rounds the text of a time: half of one to the even neighbour. */
    private static long micros(Instant time) {
        long micros = time.getNano() / NANOS_PER_MICRO;
        long twiceTheRest = time.getNano() % NANOS_PER_MICRO * 2;
        boolean isUp = twiceTheRest > NANOS_PER_MICRO || (twiceTheRest == NANOS_PER_MICRO && micros % 2 == 1);
        long sinceEpoch = Math.addExact(
                Math.multiplyExact(time.getEpochSecond() - EPOCH.getEpochSecond(), MICROS_PER_SECOND),
                isUp ? micros + 1 : micros);
        if (sinceEpoch == Long.MAX_VALUE) {
            throw new ArithmeticException("this stands for infinity");
        }
        return sinceEpoch;
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            int needed = Math.addExact(buffer.position(), bytes);
            buffer = ByteBuffer.allocate(
                            Math.max(needed, (int) Math.min(2L * buffer.capacity(), Integer.MAX_VALUE - 8)))
                    .put(buffer.flip());
        }
        return buffer;
    }
}
