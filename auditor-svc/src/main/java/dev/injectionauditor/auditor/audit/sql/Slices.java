package dev.injectionauditor.auditor.audit.sql;

import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.selectFrom;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * A search for rows of some webhooks by values of each, in one statement. All values are one array, of which each
 * webhook has a slice. PostgreSQL sorts a slice and goes once through the part of the index that the webhook has, which
 * for many values is far less than to look for each one from the root of the index.
 *
 * @param <R> a row that is looked for
 * @param <E> what has the values
 */
public final class Slices<R extends Record, E> {

    private static final Field<Integer> WEBHOOK = field(name("slice", "webhook_id"), SQLDataType.INTEGER);
    private static final Field<Integer> FIRST = field(name("slice", "first"), SQLDataType.INTEGER);
    private static final Field<Integer> LAST = field(name("slice", "last"), SQLDataType.INTEGER);

    private final Table<R> table;
    private final ByWebhook<E> wanted;
    private Condition condition;

    /** A search in a table by what some webhooks have, of which there is something. */
    public Slices(Table<R> table, TableField<R, Integer> webhook, ByWebhook<E> wanted) {
        this.table = table;
        this.wanted = wanted;
        this.condition = webhook.eq(WEBHOOK);
    }

    /** The column has one of these values, of whichever element. */
    public <T> Slices<R, E> any(TableField<R, T> column, Function<E, T> value) {
        return and(condition(
                "{0} = any(({1})[{2}:{3}])",
                column,
                BinaryArray.val(
                        column.getType(), wanted.all().stream().map(value).toArray()),
                FIRST,
                LAST));
    }

    /** And this holds, for all. */
    public Slices<R, E> and(Condition more) {
        condition = condition.and(more);
        return this;
    }

    /** The search. */
    public ResultQuery<R> in(DSLContext tx) {
        Table<R> found = table.as("found");
        return tx.select(found.fields())
                // The offset keeps PostgreSQL from looking for another plan, which might read the whole table.
                .from(
                        bounds(),
                        lateral(selectFrom(table).where(condition).offset(0).asTable(found)))
                .coerce(table);
    }

    private Table<?> bounds() {
        List<Integer> firsts = new ArrayList<>();
        List<Integer> lasts = new ArrayList<>();
        wanted.forEach((webhook, values) -> {
            int before = lasts.isEmpty() ? 0 : lasts.getLast();
            firsts.add(before + 1);
            lasts.add(before + values.size());
        });
        return DSL.table("unnest({0}, {1}, {2})", array(wanted.webhooks()), array(firsts), array(lasts))
                .as("slice", "webhook_id", "first", "last");
    }

    private static Field<?> array(Collection<Integer> numbers) {
        return BinaryArray.val(Integer.class, numbers.toArray());
    }
}
