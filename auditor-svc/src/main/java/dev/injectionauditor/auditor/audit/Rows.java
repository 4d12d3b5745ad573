package dev.injectionauditor.auditor.audit;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
final class Rows<R extends Record, E> {

    private static final String ALIAS = "new";

    private final Table<R> table;
    private final List<E> elements;
    private final List<TableField<R, ?>> columns = new ArrayList<>();
    private final List<Field<?>> selected = new ArrayList<>();
    private final List<Field<?>> arrays = new ArrayList<>();
    private final List<String> arrayNames = new ArrayList<>();

    private Rows(Table<R> table, List<E> elements) {
        this.table = table;
        this.elements = elements;
    }

    /** One row for each element; the columns are still to be named. */
    static <R extends Record, E> Rows<R, E> of(Table<R> table, List<E> elements) {
        return new Rows<>(table, elements);
    }

    /** A column that has the same value in all rows. */
    <T> Rows<R, E> all(TableField<R, T> column, T value) {
        columns.add(column);
        selected.add(DSL.val(value, column));
        return this;
    }

    /** A column with a value for each row. */
    <T> Rows<R, E> each(TableField<R, T> column, Function<E, @Nullable T> value) {
        return column.getDataType().isArray()
                // An array of arrays would fall apart into the values of all rows.
                ? add(column, String.class, DSL.val(array(String.class, value.andThen(Rows::literal))))
                : add(
                        column,
                        column.getType(),
                        DSL.val(
                                array(column.getType(), value),
                                column.getDataType().array()));
    }

    private <T> Rows<R, E> add(TableField<R, T> column, Class<?> type, Field<?> array) {
        columns.add(column);
        arrays.add(array);
        arrayNames.add(column.getName());
        Field<T> element = valueOf(column);
        selected.add(type == column.getType() ? element : element.cast(column));
        return this;
    }

    @SuppressWarnings("unchecked")
    private <T> T[] array(Class<T> type, Function<E, @Nullable T> value) {
        T[] array = (T[]) Array.newInstance(type, elements.size());
        for (int i = 0; i < array.length; i++) {
            array[i] = value.apply(elements.get(i));
        }
        return array;
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

    /** The insertion, which may still say what happens to rows that are there already. */
    InsertOnDuplicateStep<R> insertInto(DSLContext tx) {
        return tx.insertInto(table).columns(columns).select(DSL.select(selected).from(asTable()));
    }

    /** The rows to join with, of the columns with a value for each row. */
    Table<?> asTable() {
        String template = IntStream.range(0, arrays.size())
                .mapToObj(i -> "{" + i + "}")
                .collect(Collectors.joining(", ", "unnest(", ")"));
        return DSL.table(template, arrays.toArray(Field[]::new)).as(ALIAS, arrayNames.toArray(String[]::new));
    }

    /** A column of {@link #asTable()}. */
    static <T> Field<T> valueOf(TableField<?, T> column) {
        return DSL.field(DSL.name(ALIAS, column.getName()), column.getDataType());
    }
}
