package dev.injectionauditor.auditor.audit.sql;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Sends rows to a table by {@code COPY ... (format binary)}, for which neither side makes or reads texts (PostgreSQL
 * documentation, "COPY", "Binary Format").
 */
final class BinaryCopy {

    private static final byte[] SIGNATURE = "PGCOPY\n\377\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int FLAGS_AND_EXTENSION = 2 * Integer.BYTES;
    private static final short END = -1;

    /** So many bytes are sent at a time. */
    private static final int PIECE = 1 << 16;

    private final CopyIn copy;
    private final BinaryForm form = new BinaryForm(2 * PIECE);

    /** The value of a row, numbered from 0, in a column, numbered from 0, of a type that {@link BinaryForm} knows. */
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
        form.put(SIGNATURE);
        form.put(new byte[FLAGS_AND_EXTENSION]);
        for (int row = 0; row < rows; row++) {
            form.putShort(columns);
            for (int column = 0; column < columns; column++) {
                form.putValue(values.get(row, column));
            }
            if (form.size() >= PIECE) {
                flush();
            }
        }
        form.putShort(END);
        flush();
    }

    private void flush() throws SQLException {
        copy.writeToCopy(form.bytes(), 0, form.size());
        form.clear();
    }
}
