package dev.injectionauditor.auditor.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jooq.DSLContext;
import org.jooq.Record;

/** A copy of all that was ever committed to the outbox, to hold the topics against. */
final class CommittedEvents {

    private CommittedEvents() {}

    /** Has the database copy what is put into its outbox, in the same transaction. */
    static void record(DSLContext db) {
        db.execute("create schema test");
        db.execute("create table test.committed (like injection_auditor.outbox)");
        db.execute("""
                create function test.copy() returns trigger language plpgsql as $$
                begin
                    insert into test.committed values (new.*);
                    return null;
                end $$
                """);
        db.execute("""
                create trigger copy after insert on injection_auditor.outbox
                for each row execute function test.copy()
                """);
    }

    /**
     * Checks that each topic has, for each cluster, all that was committed and nothing else, in the order of the
     * commits; that the sequence goes back to what was sent before is only allowed after an interruption.
     */
    static void assertTold(DSLContext db, List<ConsumerRecord<String, byte[]>> told, int interruptions, long seed) {
        Map<String, List<String>> committed = new LinkedHashMap<>();
        for (Record row : db.fetch("select topic, record_key, event from test.committed order by outbox_id")) {
            add(committed, row.get(0, String.class), row.get(1, String.class), row.get(2, byte[].class));
        }
        Map<String, List<String>> sent = new LinkedHashMap<>();
        told.forEach(record -> add(sent, record.topic(), record.key(), record.value()));
        assertThat(sent.keySet()).as("seed %d", seed).isEqualTo(committed.keySet());
        committed.forEach((where, events) -> assertThat(rewinds(events, sent.get(where), where + ", seed " + seed))
                .as("seed %d: how often %s was sent again", seed, where)
                .isLessThanOrEqualTo(interruptions));
    }

    private static void add(Map<String, List<String>> events, String topic, String key, byte[] event) {
        events.computeIfAbsent(topic + " of " + key, any -> new ArrayList<>()).add(new String(event, UTF_8));
    }

    private static int rewinds(List<String> committed, List<String> sent, String where) {
        int next = 0;
        int furthest = 0;
        int rewinds = 0;
        for (String event : sent) {
            if (next == committed.size() || !committed.get(next).equals(event)) {
                next = committed.subList(0, next).lastIndexOf(event);
                rewinds++;
                if (next < 0) {
                    fail("%s: sent, but not next after %d of %d events: %s", where, furthest, committed.size(), event);
                }
            }
            next++;
            furthest = Math.max(furthest, next);
        }
        assertThat(next).as("%s: sent of %d", where, committed.size()).isEqualTo(committed.size());
        return rewinds;
    }
}
