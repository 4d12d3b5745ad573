package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.later;
import static dev.injectionauditor.auditor.audit.Auditing.preset;
import static dev.injectionauditor.auditor.audit.Auditing.uid;
import static dev.injectionauditor.auditor.db.Tables.HARMLESS_MISSES;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A MutatingAdmissionPolicy injects as well: missed calls do no harm then, but stay visible. */
class PolicyInjectionIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private DSLContext db;
    private Auditing audit;

    @BeforeEach
    void open() {
        db = database.get().jooq();
        audit = new Auditing(db);
    }

    @Test
    void shouldTellApartWhoSetTheVariable() {
        // Given Pods that both have injected into, that only the policy has, and that set the variable themselves
        audit.write(
                byPolicy(injected(1, 0)),
                byPolicy(preset(2, 10)),
                byPolicy(preset(3, 11)),
                later(byPolicy(preset(3, 11)), Lifecycle.FINISHED),
                preset(4, 12),
                injected(5, 20));

        // Then the stamp tells whether the webhook was applied, whatever the policy did
        assertThat(verdict(1)).isEqualTo(Verdict.INJECTED);
        assertThat(verdict(2)).isEqualTo(Verdict.PRESET);
        assertThat(verdict(3)).isEqualTo(Verdict.PRESET);
        assertThat(verdict(4)).isEqualTo(Verdict.PRESET);
        // And missed calls are an outage, though nothing has to be repaired
        assertThat(db.fetchCount(OUTAGE, OUTAGE.PRESET.eq(3L).and(OUTAGE.MISSED.eq(0L))))
                .isOne();
        // And it is told who set the variable
        assertThat(db.select(HARMLESS_MISSES.POD_UID, HARMLESS_MISSES.SET_BY)
                        .from(HARMLESS_MISSES)
                        .fetchMap(HARMLESS_MISSES.POD_UID, HARMLESS_MISSES.SET_BY))
                .containsOnly(entry(uid(2), "policy"), entry(uid(3), "policy"), entry(uid(4), "pod"));
    }

    @Test
    void shouldNotTakeTheMarkForTheVariable() {
        // Given a Pod with the mark of the policy but without the variable: copied, or taken away by somebody
        audit.write(injected(1, 0), byPolicy(Auditing.missed(2, 10)), injected(3, 20));

        // Then it is missed
        assertThat(verdict(2)).isEqualTo(Verdict.MISSED);
    }

    private Verdict verdict(int number) {
        return db.select(POD.VERDICT)
                .from(POD)
                .where(POD.POD_UID.eq(uid(number)))
                .fetchSingle(POD.VERDICT);
    }

    private static PodObservation byPolicy(PodObservation pod) {
        return new PodObservation(
                pod.pod(),
                pod.resourceVersion(),
                pod.createdAt(),
                pod.owner(),
                pod.stamp(),
                pod.containers(),
                pod.lacking(),
                true,
                pod.scope(),
                pod.lifecycle(),
                pod.recreation(),
                pod.observedAt());
    }
}
