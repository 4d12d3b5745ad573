package dev.injectionauditor.auditor.audit;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * A span of time of one webhook, of which a statement can have many.
 *
 * @param from inclusive
 * @param until inclusive
 */
record Span(Instant from, Instant until) {

    /** Columns of {@link #table}. */
    static final Field<Integer> WEBHOOK = field(name("span", "webhook_id"), SQLDataType.INTEGER);

    static final Field<Instant> FROM = field(name("span", "from_at"), SQLDataType.INSTANT);
    static final Field<Instant> UNTIL = field(name("span", "until_at"), SQLDataType.INSTANT);

    /** The table {@code span} of these spans by their webhooks. */
    static Table<?> table(Map<Integer, Span> spans) {
        List<Map.Entry<Integer, Span>> all = List.copyOf(spans.entrySet());
        return DSL.table(
                        "unnest({0}, {1}, {2})",
                        BinaryArray.val(
                                Integer.class,
                                all.stream().map(Map.Entry::getKey).toArray()),
                        BinaryArray.val(
                                Instant.class,
                                all.stream().map(span -> span.getValue().from()).toArray()),
                        BinaryArray.val(
                                Instant.class,
                                all.stream()
                                        .map(span -> span.getValue().until())
                                        .toArray()))
                .as("span", "webhook_id", "from_at", "until_at");
    }
}
