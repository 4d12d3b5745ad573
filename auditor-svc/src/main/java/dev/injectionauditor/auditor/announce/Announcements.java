package dev.injectionauditor.auditor.announce;

import dev.injectionauditor.auditor.announce.Announcement.Subject;
import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.MissedInjection;
import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.Signal;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an event of the contract gives to tell; the owner first, because it outlives its Pods. */
final class Announcements {

    private Announcements() {}

    static List<Announcement> of(CloudEvent event) {
        String webhook = event.source().webhook();
        return switch (event.data()) {
            case MissedInjection missed -> ofMiss(missed, webhook);
            case RecreationResult result -> ofResult(result);
            case Admission other -> List.of();
            case PodObservation other -> List.of();
            case Signal other -> List.of();
            case Outage other -> List.of();
            case RecreationRequest other -> List.of();
        };
    }

    private static List<Announcement> ofMiss(MissedInjection missed, String webhook) {
        boolean found = missed.status() == MissedInjection.Status.FOUND;
        String reason = found ? "InjectionMissed" : "InjectionMissWithdrawn";
        String cause = missed.cause().name().toLowerCase(Locale.ROOT).replace('_', '-');
        List<Announcement> announcements = new ArrayList<>();
        if (missed.owner() != null && found) {
            announcements.add(new Announcement(
                    Subject.of(missed.owner(), missed.pod().namespace()),
                    webhook + "/missed/" + cause + "/" + missed.createdAt().truncatedTo(ChronoUnit.MINUTES),
                    true,
                    reason,
                    "Pods were created without " + webhook + ", cause: " + cause + "; one of them is "
                            + missed.pod().name(),
                    null));
        }
        announcements.add(new Announcement(
                Subject.of(missed.pod()),
                webhook + "/" + missed.id(),
                found,
                reason,
                found
                        ? "Created without " + webhook + ", cause: " + cause + "; lacking in: "
                                + String.join(", ", missed.lacking())
                        : "Later evidence shows that " + webhook + " was not missed",
                null));
        return announcements;
    }

    private static List<Announcement> ofResult(RecreationResult result) {
        List<Announcement> announcements = new ArrayList<>();
        PodRef pod = result.pod();
        OwnerRef owner = result.owner();
        if (owner != null) {
            announcements.add(ofResult(result, Subject.of(owner, pod.namespace()), "Pod " + pod.name() + ": "));
        }
        announcements.add(ofResult(result, Subject.of(pod), ""));
        return announcements;
    }

    private static Announcement ofResult(RecreationResult result, Subject about, String prefix) {
        return new Announcement(
                about,
                "result/" + result.requestId(),
                switch (result.outcome()) {
                    case RECREATED, PLANNED, GONE -> false;
                    case MISSED_AGAIN, NOT_REPLACED, REFUSED, EXPIRED, FAILED -> true;
                },
                reason(result.outcome()),
                prefix + told(result) + (result.reason() == null ? "" : " (" + result.reason() + ")"),
                result.replacement());
    }

    private static String reason(RecreationResult.Outcome outcome) {
        return switch (outcome) {
            case RECREATED -> "Recreated";
            case MISSED_AGAIN -> "ReplacementMissed";
            case NOT_REPLACED -> "NotReplaced";
            case GONE -> "AlreadyGone";
            case REFUSED -> "RecreationRefused";
            case EXPIRED -> "RecreationExpired";
            case PLANNED -> "RecreationPlanned";
            case FAILED -> "RecreationFailed";
        };
    }

    private static String told(RecreationResult result) {
        String replacement = name(result.replacement());
        return switch (result.outcome()) {
            case RECREATED -> "evicted for its missed injection, replaced by " + replacement + ", which has it";
            case MISSED_AGAIN ->
                "evicted for its missed injection, replaced by " + replacement + ", which was missed too";
            case NOT_REPLACED -> "evicted for its missed injection, and no replacement was seen";
            case GONE -> "was gone before it could be recreated for its missed injection";
            case REFUSED -> "not recreated for its missed injection";
            case EXPIRED -> "not recreated for its missed injection in time";
            case PLANNED -> "would be recreated for its missed injection";
            case FAILED -> "recreation for its missed injection failed";
        };
    }

    private static String name(@Nullable PodRef pod) {
        return pod == null ? "another Pod" : pod.name();
    }
}
