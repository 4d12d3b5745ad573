package dev.injectionauditor.auditor.audit.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jooq.Condition;
import org.jooq.Converter;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.InsertOnDuplicateStep;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Rows to write to a table, bound as one array for each column. So the text of the statement does not depend on their
 * number, and it is rendered, parsed and planned for a batch of thousands as for one.
 *
 * @param <E> what a row is made from
 */
public final class Rows<R extends Record, E> {

    private static final String ALIAS = "new";

    /** From so many rows on, {@code COPY} is faster, although it takes a second message to the server. */
    private static final int MANY = 200;

    private final Table<R> table;
    private final List<E> elements;
    private final List<Column<R, ?>> columns = new ArrayList<>();

    /**
     * A column to be written.
     *
     * @param isSame whether it has the same value in all rows
     */
    private record Column<R extends Record, T>(TableField<R, T> field, IntFunction<@Nullable T> value, boolean isSame) {

        boolean isArray() {
            return field.getDataType().isArray();
        }

        Field<?> selected() {
            if (isSame) {
                return DSL.val(value.apply(0), field);
            }
            Field<T> element = valueOf(field);
            return isArray() ? element.cast(field) : element;
        }

        Field<?> array(int rows) {
            Object[] values = new Object[rows];
            if (isArray()) {
                // An array of arrays would fall apart into the values of all rows.
                Arrays.setAll(values, row -> literal(value.apply(row)));
                return BinaryArray.val(String.class, values);
            }
            Arrays.setAll(values, this::stored);
            return BinaryArray.val(field.getConverter().fromType(), values);
        }

        @SuppressWarnings("unchecked")
        @Nullable Object stored(int row) {
            return ((Converter<Object, T>) field.getConverter()).to(value.apply(row));
        }
    }

    private Rows(Table<R> table, List<E> elements) {
        this.table = table;
        this.elements = elements;
    }

    /** One row for each element; the columns are still to be named. */
    public static <R extends Record, E> Rows<R, E> of(Table<R> table, List<E> elements) {
        return new Rows<>(table, elements);
    }

    /** As above, for what some webhooks have; all columns but that with their numbers are still to be named. */
    public static <R extends Record, E> Rows<R, E> of(
            Table<R> table, TableField<R, Integer> webhook, ByWebhook<E> elements) {
        Rows<R, E> rows = new Rows<>(table, elements.all());
        rows.columns.add(new Column<>(webhook, elements.webhookOfEach()::get, false));
        return rows;
    }

    /** A column that has the same value in all rows. */
    public <T> Rows<R, E> all(TableField<R, T> column, T value) {
        columns.add(new Column<>(column, row -> value, true));
        return this;
    }

    /** A column with a value for each row. */
    public <T> Rows<R, E> each(TableField<R, T> column, Function<E, @Nullable T> value) {
        columns.add(new Column<>(column, row -> value.apply(elements.get(row)), false));
        return this;
    }

    /** An array of texts as PostgreSQL writes it. */
    private static String literal(Object texts) {
        StringBuilder literal = new StringBuilder("{");
        for (Object text : (Object[]) texts) {
            literal.append(literal.length() == 1 ? "\"" : ",\"")
                    .append(text.toString().replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
        return literal.append('}').toString();
    }

    /** Adds rows of which none is there yet. Values may be of the types that {@link BinaryCopy} knows. */
    public void add(DSLContext tx) {
        if (elements.size() < MANY) {
            insertInto(tx).execute();
        } else {
            BinaryCopy.into(
                    tx,
                    table,
                    fields(),
                    elements.size(),
                    (row, column) -> columns.get(column).stored(row));
        }
    }

    /** The insertion, which may still say what happens to rows that are there already. */
    public InsertOnDuplicateStep<R> insertInto(DSLContext tx) {
        List<Field<?>> selected = new ArrayList<>();
        columns.forEach(column -> selected.add(column.selected()));
        return tx.insertInto(table)
                .columns(fields())
                .select(DSL.select(selected).from(asTable()));
    }

    private List<TableField<R, ?>> fields() {
        List<TableField<R, ?>> fields = new ArrayList<>();
        columns.forEach(column -> fields.add(column.field()));
        return fields;
    }

    /** The rows to join with, of the columns with a value for each row. */
    public Table<?> asTable() {
        List<Column<R, ?>> own =
                columns.stream().filter(column -> !column.isSame()).toList();
        String template = IntStream.range(0, own.size())
                .mapToObj(i -> "{" + i + "}")
                .collect(Collectors.joining(", ", "unnest(", ")"));
        return DSL.table(
                        template,
                        own.stream()
                                .map(column -> column.array(elements.size()))
                                .toArray(Field[]::new))
                .as(ALIAS, own.stream().map(column -> column.field().getName()).toArray(String[]::new));
    }

    /** Whether a row is one of these, by the columns with a value for each row. */
    public Condition contain() {
        List<? extends TableField<R, ?>> own = columns.stream()
                .filter(column -> !column.isSame())
                .map(Column::field)
                .toList();
        return DSL.row(own)
                .in(DSL.select(own.stream().map(Rows::valueOf).toList()).from(asTable()));
    }

    /** A column of {@link #asTable()}. */
    public static <T> Field<T> valueOf(TableField<?, T> column) {
        return DSL.field(DSL.name(ALIAS, column.getName()), column.getDataType());
    }
}
