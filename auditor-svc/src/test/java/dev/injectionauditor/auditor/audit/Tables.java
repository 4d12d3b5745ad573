package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;

import dev.injectionauditor.auditor.db.InjectionAuditor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;

/** What a database holds, so that it can be compared with another one that the same events went into. */
final class Tables {

    /** The auditor's own work, and what only the moment of writing decides. */
    private static final Set<String> NOT_COMPARED =
            Set.of("outbox", "sweep", "retention", "watched_webhook", "recreation_decision");

    private static final Set<String> FROM_THE_CLOCK_OF_THE_AUDITOR = Set.of("stored_at", "set_aside_at");

    private Tables() {}

    /** The rows of each table, sorted. */
    static Map<String, List<String>> contents(DSLContext db) {
        Map<String, List<String>> contents = new TreeMap<>();
        InjectionAuditor.INJECTION_AUDITOR.getTables().stream()
                .filter(table -> table.getPrimaryKey() != null && !NOT_COMPARED.contains(table.getName()))
                .filter(table -> !table.getName().endsWith("_kept"))
                .forEach(table -> contents.put(table.getName(), rows(db, table)));
        return contents;
    }

    private static List<String> rows(DSLContext db, Table<?> table) {
        Field<Integer> webhook = table.field(WATCHED_WEBHOOK.WEBHOOK_ID);
        List<? extends Field<?>> fields = Stream.of(table.fields())
                .filter(field -> !field.equals(webhook) && !FROM_THE_CLOCK_OF_THE_AUDITOR.contains(field.getName()))
                .toList();
        return (webhook == null
                        ? db.select(fields).from(table)
                        // Numbers of webhooks are given as they come.
                        : db.select(fields)
                                .select(WATCHED_WEBHOOK.CLUSTER)
                                .from(table)
                                .join(WATCHED_WEBHOOK)
                                .on(WATCHED_WEBHOOK.WEBHOOK_ID.eq(webhook)))
                        .fetch(row -> row.intoMap().entrySet().stream()
                                .map(entry -> entry.getKey() + "="
                                        + (entry.getValue() instanceof Object[] array
                                                ? List.of(array)
                                                : entry.getValue()))
                                .toList()
                                .toString())
                        .stream()
                        .sorted()
                        .toList();
    }
}
