package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.REPLICA_SET;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.pod;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_DECISION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.recreation.RecreationPlanner;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.Signal;
import java.util.List;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An outage while nobody audited comes as one batch, as large as a poll of Kafka can be. */
class LargeBatchIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final int POLL = 30_000;

    @Test
    void shouldTakeABatchFullOfMissedPodsAndDecideAboutThem() {
        DSLContext db = database.get().jooq();
        Auditing audit = new Auditing(db);
        audit.write(injected(1, 0));

        // When two polls of missed Pods come, half of them bare
        audit.write(Auditing.SOURCE, missed(10));
        audit.write(Auditing.SOURCE, missed(10 + POLL));
        audit.now = at(100);
        audit.write(injected(2, 20), new Signal.Watched(at(0), at(100), Signal.Watched.Begin.STARTED));

        // Then all are missed, and there is a decision about each
        assertThat(db.fetchCount(POD, POD.VERDICT.eq(Verdict.MISSED))).isEqualTo(2 * POLL);
        new RecreationPlanner(
                        db,
                        (tx, source, events) -> {},
                        RecreationPolicy.defaults(),
                        HistoryPolicy.defaults().quietPeriod(),
                        audit)
                .runOnce();
        assertThat(db.fetchCount(RECREATION_DECISION)).isEqualTo(2 * POLL);
    }

    private static List<Event> missed(int from) {
        return IntStream.range(from, from + POLL)
                .<Event>mapToObj(i -> pod(i, 10, i % 2 == 0 ? null : REPLICA_SET, null, List.of("web")))
                .toList();
    }
}
