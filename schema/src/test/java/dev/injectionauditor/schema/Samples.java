package dev.injectionauditor.schema;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** One event of each shape, every optional field set in one of them and absent in another. */
final class Samples {

    static final WatchedWebhook SOURCE =
            new WatchedWebhook("garden-1", "kubernetes-service-host.injection-auditor.dev");

    private static final Instant AT = Instant.parse("2026-11-23T06:43:14.123456Z");
    private static final Instant CREATED = Instant.parse("2026-11-23T06:43:14Z");
    private static final UUID UID = UUID.fromString("f79d6eb0-6639-4d1e-95d7-91bd7db98806");
    private static final UUID OTHER = UUID.fromString("3833f9ac-7527-4650-b475-651d7720b295");
    private static final PodRef POD = new PodRef("shop", "web-8d88b6668-5vkzc", UID);
    private static final OwnerRef OWNER = new OwnerRef("apps/v1", "ReplicaSet", "web-8d88b6668", OTHER);
    private static final Scope.Configuration CONFIGURATION = new Scope.Configuration("recorder", OTHER, 3, CREATED);

    private Samples() {}

    static List<Event> events() {
        return List.of(
                new Admission(UID, "shop", "bare", null, null, 1, 1, AT, "webhook-0"),
                new Admission(UID, "shop", null, "web-8d88b6668-", OWNER, 3, 0, AT, "webhook-0"),
                observation(UID, OWNER, List.of(), new Scope(null, CONFIGURATION)),
                exempt(),
                observation(null, null, List.of("web", "migrate"), new Scope(null, CONFIGURATION)),
                observation(null, null, List.of("web"), new Scope(Scope.Exemption.NO_CONFIGURATION, null)),
                observation(null, null, List.of("web"), new Scope(Scope.Exemption.NAMESPACE_SELECTOR, CONFIGURATION)),
                new Signal.Endpoints(2, AT),
                new Signal.Probe(CREATED, true, AT, "771"),
                new Signal.Probe(CREATED, false, AT, null),
                new Signal.Watched(CREATED, AT, Signal.Watched.Begin.RELISTED),
                new Signal.RecreationSetting("shop", RecreationMode.PLAN, "771", AT),
                new Signal.RecreationSetting("shop", null, "772", AT),
                new MissedInjection(
                        MissedInjection.Status.FOUND, POD, CREATED, OWNER, Cause.NO_ENDPOINTS, List.of("web")),
                new MissedInjection(MissedInjection.Status.WITHDRAWN, POD, CREATED, null, Cause.UNKNOWN, List.of()),
                new Outage(UID, Outage.State.CLOSED, CREATED, CREATED, AT, AT, Outage.Coverage.PARTIAL, 11, 1, 2, 4),
                new Outage(UID, Outage.State.OPEN, null, CREATED, CREATED, null, Outage.Coverage.FULL, 1, 0, 0, 0),
                new RecreationRequest(
                        RecreationRequest.requestId(POD, 1), POD, OWNER, 1, false, AT, AT.plusSeconds(60)),
                new RecreationRequest("by-hand", POD, null, 2, true, AT, AT.plusSeconds(60)),
                new RecreationResult(
                        "by-hand",
                        POD,
                        RecreationResult.Outcome.RECREATED,
                        null,
                        new PodRef("shop", "web-8d88b6668-7wd9w", OTHER),
                        AT,
                        "auditor-0",
                        OWNER),
                new RecreationResult(
                        "by-hand",
                        POD,
                        RecreationResult.Outcome.REFUSED,
                        "disruption-budget",
                        null,
                        AT,
                        "auditor-0",
                        null));
    }

    private static PodObservation observation(UUID stamp, OwnerRef owner, List<String> lacking, Scope scope) {
        return new PodObservation(
                POD,
                "771",
                CREATED,
                owner,
                stamp,
                3,
                lacking,
                scope,
                PodObservation.Lifecycle.ACTIVE,
                RecreationTraits.NONE,
                AT);
    }

    private static PodObservation exempt() {
        return new PodObservation(
                POD,
                "772",
                CREATED,
                null,
                null,
                1,
                List.of("web"),
                new Scope(null, CONFIGURATION),
                PodObservation.Lifecycle.GONE,
                new RecreationTraits(RecreationMode.RECREATE, true, true),
                AT);
    }
}
