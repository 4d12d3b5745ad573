package dev.injectionauditor.auditor.audit.sql;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;

/**
 * Whether a row is of one of these names in their namespaces. They are bound as two arrays: a list of pairs is an
 * expression as deep as it is long, and at some thousands PostgreSQL refuses it.
 */
public final class Names {

    private Names() {}

    /** What an object is called, and where. */
    public record Name(String namespace, String name) {}

    /**
     * The condition, for these columns.
     *
     * @param wanted may hold a name twice
     */
    public static Condition isAmong(Field<String> namespace, Field<String> name, Collection<Name> wanted) {
        List<Name> distinct = wanted.stream().distinct().toList();
        Table<Record> names = table("unnest({0}, {1})", array(distinct, Name::namespace), array(distinct, Name::name))
                .as("named", "namespace", "name");
        return row(namespace, name)
                .in(select(field(name("named", "namespace"), String.class), field(name("named", "name"), String.class))
                        .from(names));
    }

    private static Field<String[]> array(List<Name> names, Function<Name, String> part) {
        return val(names.stream().map(part).toArray(String[]::new));
    }
}
