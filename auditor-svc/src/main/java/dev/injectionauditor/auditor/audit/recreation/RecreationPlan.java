package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Never;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Recreate;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Wait;
import dev.injectionauditor.auditor.audit.recreation.RecreationRound.Decided;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.OwnerRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** What the planner would do at one moment, for people. Reads the same as the planner does and changes nothing. */
public final class RecreationPlan {

    private RecreationPlan() {}

    /**
     * One missed Pod that is pending or running.
     *
     * @param owner kind and name of its controller, null for a bare Pod
     * @param mode {@code off}, {@code plan} or {@code recreate}: what holds for it
     * @param decision {@code recreate}, {@code plan}, {@code wait} or {@code never}
     * @param reason why to wait or never; null for the other two
     * @param until when it would be decided again at the earliest; null if that depends on what happens
     */
    public record Line(
            String cluster,
            String webhook,
            String namespace,
            String pod,
            @Nullable String owner,
            Instant createdAt,
            String mode,
            String decision,
            @Nullable String reason,
            @Nullable Instant until) {}

    /** The decisions that a planner with this policy would make now; those that would be done come first. */
    public static List<Line> of(DSLContext db, RecreationPolicy policy, Duration quietPeriod, Instant now) {
        return db.transactionResult(transaction -> {
            DSLContext tx = transaction.dsl();
            tx.execute("set transaction isolation level repeatable read, read only");
            List<Line> lines = new ArrayList<>();
            for (int webhook : MissedPodTable.webhooks(tx)) {
                var row = tx.fetchSingle(WATCHED_WEBHOOK, WATCHED_WEBHOOK.WEBHOOK_ID.eq(webhook));
                RecreationRound.Known known =
                        new RecreationFacts(tx, webhook, row.getCluster()).read(quietPeriod, policy.maxAttempts(), now);
                RecreationRound.decide(known, policy, now)
                        .forEach(decided -> lines.add(line(row.getCluster(), row.getWebhook(), decided)));
            }
            lines.sort(Comparator.comparing((Line line) -> line.reason() != null)
                    .thenComparing(Line::cluster)
                    .thenComparing(Line::webhook)
                    .thenComparing(Line::namespace)
                    .thenComparing(Line::pod));
            return lines;
        });
    }

    private static Line line(String cluster, String webhook, Decided decided) {
        MissedPod pod = decided.pod();
        OwnerRef owner = pod.owner();
        RecreationDecision decision = decided.decision();
        return new Line(
                cluster,
                webhook,
                pod.pod().namespace(),
                pod.pod().name(),
                owner == null ? null : owner.kind() + " " + owner.name(),
                pod.createdAt(),
                word(decided.mode()),
                switch (decision) {
                    case Recreate recreate -> recreate.dryRun() ? "plan" : "recreate";
                    case Wait wait -> "wait";
                    case Never never -> "never";
                },
                switch (decision) {
                    case Recreate recreate -> null;
                    case Wait wait -> word(wait.reason());
                    case Never never -> word(never.reason());
                },
                decision instanceof Wait wait ? wait.until() : null);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
