package dev.injectionauditor.auditor.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.EnumType;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.core.Oid;

/**
 * Sends rows to a table by {@code COPY ... (format binary)}, for which neither side makes or reads texts (PostgreSQL
 * documentation, "COPY", "Binary Format"; the format of each type is that of its {@code send} function).
 */
final class BinaryCopy {

    private static final byte[] SIGNATURE = "PGCOPY\n\377\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int FLAGS_AND_EXTENSION = 2 * Integer.BYTES;
    private static final int BUFFER = 1 << 16;
    private static final int LARGEST_FIXED = Integer.BYTES + 2 * Long.BYTES;
    private static final short END = -1;

    /** Number of dimensions, whether there are nulls, and the type of the elements. */
    private static final int ARRAY_HEADER = 3 * Integer.BYTES;

    /** Number of elements and of the first one. */
    private static final int DIMENSION = 2 * Integer.BYTES;

    private static final int NULL = -1;
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long NANOS_PER_MICRO = 1_000;

    private final CopyIn copy;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);

    /** The value of a row, numbered from 0, in a column, numbered from 0: null, or of a type that is known here. */
    interface Values {
        @Nullable Object get(int row, int column);
    }

    private BinaryCopy(CopyIn copy) {
        this.copy = copy;
    }

    /**
     * Adds rows.
     *
     * @throws org.jooq.exception.DataAccessException if the database refuses them, with its SQLSTATE
     */
    static void into(DSLContext tx, Table<?> table, List<? extends Field<?>> columns, int rows, Values values) {
        String sql = tx.render(DSL.sql(
                "copy {0} ({1}) from stdin (format binary)",
                table,
                DSL.list(columns.stream()
                        .map(column -> DSL.field(column.getUnqualifiedName()))
                        .collect(Collectors.toList()))));
        tx.connection(connection -> {
            CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
            try {
                new BinaryCopy(copy).send(columns.size(), rows, values);
                copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        });
    }

    private void send(int columns, int rows, Values values) throws SQLException {
        buffer.put(SIGNATURE).put(new byte[FLAGS_AND_EXTENSION]);
        for (int row = 0; row < rows; row++) {
            room().putShort((short) columns);
            for (int column = 0; column < columns; column++) {
                value(values.get(row, column));
            }
        }
        room().putShort(END);
        flush();
    }

    private void value(@Nullable Object value) throws SQLException {
        switch (value) {
            case null -> room().putInt(NULL);
            case Boolean yes -> room().putInt(Byte.BYTES).put((byte) (yes ? 1 : 0));
            case Integer number -> room().putInt(Integer.BYTES).putInt(number);
            case Long number -> room().putInt(Long.BYTES).putLong(number);
            case Instant time -> room().putInt(Long.BYTES).putLong(micros(time));
            case UUID id ->
                room().putInt(2 * Long.BYTES)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits());
            case EnumType literal -> text(literal.getLiteral());
            case String text -> text(text);
            case String[] texts -> texts(texts);
            default -> throw new IllegalArgumentException("no binary format for " + value.getClass());
        }
    }

    /** Microseconds since 2000, rounded as PostgreSQL rounds the text of a time: half of one to the even neighbour. */
    private static long micros(Instant time) {
        long micros = time.getNano() / NANOS_PER_MICRO;
        long twiceTheRest = time.getNano() % NANOS_PER_MICRO * 2;
        boolean isUp = twiceTheRest > NANOS_PER_MICRO || (twiceTheRest == NANOS_PER_MICRO && micros % 2 == 1);
        return Math.addExact(
                Math.multiplyExact(time.getEpochSecond() - EPOCH.getEpochSecond(), MICROS_PER_SECOND),
                isUp ? micros + 1 : micros);
    }

    private void text(String text) throws SQLException {
        text(utf8(text));
    }

    private void text(byte[] utf8) throws SQLException {
        room().putInt(utf8.length);
        if (utf8.length <= buffer.remaining()) {
            buffer.put(utf8);
        } else {
            flush();
            copy.writeToCopy(utf8, 0, utf8.length);
        }
    }

    /** An array of one dimension, or of none if it is empty, as the server itself writes it. */
    private void texts(String[] texts) throws SQLException {
        byte[][] elements = Arrays.stream(texts).map(BinaryCopy::utf8).toArray(byte[][]::new);
        int length = ARRAY_HEADER + (elements.length == 0 ? 0 : DIMENSION);
        for (byte[] element : elements) {
            length += Integer.BYTES + element.length;
        }
        room().putInt(length).putInt(elements.length == 0 ? 0 : 1).putInt(0).putInt(Oid.TEXT);
        if (elements.length > 0) {
            room().putInt(elements.length).putInt(1);
        }
        for (byte[] element : elements) {
            text(element);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The buffer, with room for any value but a text. */
    private ByteBuffer room() throws SQLException {
        if (buffer.remaining() < LARGEST_FIXED) {
            flush();
        }
        return buffer;
    }

    private void flush() throws SQLException {
        copy.writeToCopy(buffer.array(), 0, buffer.position());
        buffer.clear();
    }
}
