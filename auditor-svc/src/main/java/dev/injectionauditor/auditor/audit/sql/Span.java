package dev.injectionauditor.auditor.audit.sql;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
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
public record Span(Instant from, Instant until) {

    /** A column of {@link #table}, like the two below: the number of the webhook. */
    public static final Field<Integer> WEBHOOK = field(name("span", "webhook_id"), SQLDataType.INTEGER);

    /** As {@link #from()}. */
    public static final Field<Instant> FROM = field(name("span", "from_at"), SQLDataType.INSTANT);

    /** As {@link #until()}. */
    public static final Field<Instant> UNTIL = field(name("span", "until_at"), SQLDataType.INSTANT);

    /**
     * Whether a time is within the span of these, of which there is at least one. It says in which partitions to look:
     * equal to any of an array does not, as the array is not known yet when a plan for any array is made.
     */
    public static Condition isWithin(Field<Instant> time, Collection<Instant> times) {
        return time.between(Collections.min(times), Collections.max(times));
    }

    /** The table {@code span} of these spans by their webhooks. */
    public static Table<?> table(Map<Integer, Span> spans) {
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
