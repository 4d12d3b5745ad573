package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.auditor.observe.scope.CurrentScope;
import dev.injectionauditor.auditor.policy.Clocks;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.auditor.remediate.EvictionRule.Decision;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Takes a request one step further. It waits for nothing: where there is nothing to do yet, it says when to look again.
 * What it needs to know is in the journal or in the cluster, so it can go on after a crash at any point. Until a Pod is
 * evicted, all waiting ends with the request's life, once it is the first of its owner.
 */
final class Remediator {

    private static final Duration SOON = Duration.ofMillis(250);
    private static final Duration UNHURRIED = Duration.ofSeconds(1);
    private static final Duration LONGEST_HOLD = Duration.ofHours(1);
    /** A request may expire while it waits for its turn. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private static final Duration LONGEST_THROTTLE = Duration.ofSeconds(30);
    /** How old a look at a Pod may be when it is evicted. */
    private static final Duration FRESH = Duration.ofSeconds(3);

    private final PodApi pods;
    private final CurrentScope scope;
    private final Evictor evictor;
    private final BarePods barePods;
    private final Replacements replacements;
    private final Journal journal;
    private final Brakes brakes;
    private final Starts starts;
    private final Answers answers;
    private final Fence fence;
    private final RecreationPolicy policy;
    private final Waiting waiting;
    private final KubernetesSerialization json;
    private final RemediateMetrics metrics;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    /** By request: what it last had to wait for. Only for the reason of an expiry, so it may be lost. */
    private final Map<String, RecreationReason> obstacles = new ConcurrentHashMap<>();

    /**
     * How long to wait.
     *
     * @param replacement for the controller to replace a Pod that is gone
     * @param eviction for an eviction of which no answer came to show on the Pod
     */
    record Waiting(Duration replacement, Duration eviction) {}

    /**
     * A remediator with nothing under way.
     *
     * @param pods by a client that does not try again by itself
     * @param nanoTime a clock that only runs forward, in nanoseconds
     */
    Remediator(
            PodApi pods,
            CurrentScope scope,
            Evictor evictor,
            BarePods barePods,
            Journal journal,
            Brakes brakes,
            Answers answers,
            Fence fence,
            RecreationPolicy policy,
            Waiting waiting,
            KubernetesSerialization json,
            RemediateMetrics metrics,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.pods = pods;
        this.scope = scope;
        this.evictor = evictor;
        this.barePods = barePods;
        this.replacements = new Replacements(pods, answers, waiting.replacement(), nanoTime);
        this.journal = journal;
        this.brakes = brakes;
        this.starts = new Starts(journal, brakes, policy, clock);
        this.answers = answers;
        this.fence = fence;
        this.policy = policy;
        this.waiting = waiting;
        this.json = json;
        this.metrics = metrics;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /**
     * Looks at a request.
     *
     * @throws Fence.LeaseLostException if this process may have been deposed; nothing was done then
     * @throws InterruptedException if it was told to stop; a look after that goes on
     */
    Visit visit(Entry entry) throws InterruptedException {
        fence.check();
        return switch (entry.step()) {
            case ACCEPTED -> begin(entry);
            case EVICTING -> findOut(entry);
            case EVICTED -> entry.request().owner() == null ? barePods.replace(entry) : replacements.await(entry);
            case ANSWERED -> answers.send(entry);
            case DONE -> new Visit.Done();
        };
    }

    private Visit begin(Entry entry) throws InterruptedException {
        RecreationRequest request = entry.request();
        Duration pause =
                request.dryRun() ? Duration.ZERO : starts.pause(request.pod().namespace());
        if (pause.isPositive() && clock.instant().isBefore(request.expiresAt())) {
            // Before the API server is asked for anything: many may wait.
            return waitForTurn(pause, entry);
        }
        long lookedAt = nanoTime.getAsLong();
        Pod live = pods.named(request.pod());
        return switch (decide(
                entry, live, () -> scope.covers(live, entry.source().webhook()))) {
            case Decision.Answer(Outcome outcome, RecreationReason reason) -> answer(entry, outcome, reason);
            case Decision.Evict(Pod pod) -> {
                // Asked again at the last moment. This spares the API server what would be in vain.
                if (!brakes.isWatched(entry, clock.instant())) {
                    yield waitFor(RecreationReason.NOT_WATCHED, UNHURRIED, entry);
                }
                yield request.owner() == null
                        ? evictBare(entry, pod, lookedAt)
                        : evictOwned(entry, request.owner(), pod, lookedAt);
            }
        };
    }

    private Decision decide(Entry entry, @Nullable Pod live, BooleanSupplier isInScope) {
        RecreationRequest request = entry.request();
        return EvictionRule.decide(
                request,
                live,
                () -> pods.mode(request.pod().namespace()),
                isInScope,
                policy,
                brakes.against(entry, clock.instant()),
                clock.instant());
    }

    /**
     * One Pod of an owner at a time: the next one goes when the last replacement works, or is not there any more. Where
     * none came in time, one has to come first, for an hour at most: the owner may be meant to have fewer Pods.
     */
    private Visit evictOwned(Entry entry, OwnerRef owner, Pod pod, long lookedAt) throws InterruptedException {
        Instant now = clock.instant();
        Succession last = journal.last(entry, now.minus(LONGEST_HOLD), Clocks.latest(now));
        long asked = nanoTime.getAsLong();
        List<Pod> ofOwner = pods.of(owner, entry.request().pod().namespace());
        if (last != null && last.isUnfinished(ofOwner)) {
            return waitFor(RecreationReason.REPLACEMENT_NOT_READY, ListPause.after(timeSince(asked), UNHURRIED), entry);
        }
        Set<UUID> uids = ofOwner.stream().map(each -> PodMapper.ref(each).uid()).collect(Collectors.toSet());
        return evictIfStillRight(entry, pod, uids, lookedAt);
    }

    private Visit evictBare(Entry entry, Pod pod, long lookedAt) {
        return switch (barePods.rehearse(BarePod.toBeCreated(pod))) {
            case Rehearsal.Passed passed -> evictIfStillRight(entry, pod, Set.of(), lookedAt);
            case Rehearsal.Objection(RecreationReason reason) -> answer(entry, Outcome.REFUSED, reason);
            case Rehearsal.Unknown(RecreationReason reason) -> waitFor(reason, UNHURRIED, entry);
        };
    }

    /**
     * Looks at the Pod once more if the look was not just now: what came after it may have taken minutes, and
     * recreation may have been switched off since. The scope, which takes longest to find out, stays as it was found.
     *
     * @param lookedAt when it was begun to look, in nanoseconds
     */
    private Visit evictIfStillRight(Entry entry, Pod pod, Set<UUID> ownersPods, long lookedAt) {
        if (timeSince(lookedAt).compareTo(FRESH) <= 0) {
            return evict(entry, pod, ownersPods);
        }
        return switch (decide(entry, pods.named(entry.request().pod()), () -> true)) {
            case Decision.Answer(Outcome outcome, RecreationReason reason) -> answer(entry, outcome, reason);
            case Decision.Evict(Pod again) -> evict(entry, again, ownersPods);
        };
    }

    private Visit evict(Entry accepted, Pod pod, Set<UUID> ownersPods) {
        String bareSpec = accepted.request().owner() == null ? json.asJson(BarePod.toBeCreated(pod)) : null;
        return switch (starts.begin(accepted, ownersPods, PodMapper.stamp(pod), bareSpec)) {
            case Start.Never(Outcome outcome, RecreationReason reason) -> answer(accepted, outcome, reason);
            case Start.Unwatched unwatched -> waitFor(RecreationReason.NOT_WATCHED, UNHURRIED, accepted);
            case Start.Later(Duration pause) -> waitForTurn(pause, accepted);
            case Start.Begun(Entry entry) -> send(entry);
        };
    }

    private Visit send(Entry entry) {
        fence.check();
        EvictionAnswer answer = evictor.evict(entry.request().pod());
        metrics.evicted(answer);
        obstacles.remove(entry.request().requestId());
        return switch (answer) {
            case EvictionAnswer.Evicted evicted -> further(entry, entry.evicted(clock.instant()));
            case EvictionAnswer.Gone gone -> answers.give(entry, Outcome.GONE, null, null);
            case EvictionAnswer.OtherPod other -> answers.give(entry, Outcome.GONE, RecreationReason.OTHER_POD, null);
            case EvictionAnswer.Budget budget ->
                answers.give(entry, Outcome.REFUSED, RecreationReason.DISRUPTION_BUDGET, null);
            case EvictionAnswer.SeveralBudgets several ->
                answers.give(entry, Outcome.REFUSED, RecreationReason.SEVERAL_BUDGETS, null);
            case EvictionAnswer.Forbidden forbidden ->
                answers.give(entry, Outcome.REFUSED, RecreationReason.FORBIDDEN, null);
            case EvictionAnswer.Rejected rejected ->
                answers.give(entry, Outcome.FAILED, RecreationReason.REJECTED, null);
            case EvictionAnswer.Throttled throttled -> {
                journal.write(entry, entry.notEvicted());
                yield waitFor(RecreationReason.THROTTLED, shorter(throttled.retryAfter(), LONGEST_THROTTLE), entry);
            }
            case EvictionAnswer.Conflict conflict -> {
                journal.write(entry, entry.notEvicted());
                yield waitFor(RecreationReason.CONFLICT, SOON, entry);
            }
            case EvictionAnswer.Unknown unknown -> waitFor(RecreationReason.NO_ANSWER, UNHURRIED, entry);
        };
    }

    /** Of a request that has expired, the reason is what it last had to wait for. */
    private Visit answer(Entry entry, Outcome outcome, @Nullable RecreationReason reason) {
        RecreationReason obstacle = obstacles.remove(entry.request().requestId());
        return answers.give(entry, outcome, outcome == Outcome.EXPIRED ? obstacle : reason, null);
    }

    private Duration timeSince(long nanos) {
        return Duration.ofNanos(nanoTime.getAsLong() - nanos);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** An eviction may have been sent, and nobody knows its answer: a crash, or none came. The Pod tells. */
    private Visit findOut(Entry entry) {
        PodRef wanted = entry.request().pod();
        Pod live = pods.named(wanted);
        boolean isStillThere = live != null
                && PodMapper.ref(live).uid().equals(wanted.uid())
                && PodMapper.lifecycle(live) != Lifecycle.TERMINATING;
        if (!isStillThere) {
            obstacles.remove(entry.request().requestId());
            return further(entry, entry.evicted(clock.instant()));
        }
        // The request may still be under way: kube-apiserver itself tries again, and webhooks take their time.
        return entry.evictedAt() != null
                        && clock.instant().isBefore(entry.evictedAt().plus(waiting.eviction()))
                ? waitFor(RecreationReason.NO_ANSWER, UNHURRIED, entry)
                : further(entry, entry.notEvicted());
    }

    private Visit further(Entry from, Entry to) {
        journal.write(from, to);
        return new Visit.Further(to);
    }

    /** For the limits, which are no reason that a result could name. */
    private Visit waitForTurn(Duration pause, Entry entry) {
        obstacles.remove(entry.request().requestId());
        return new Visit.Later(shorter(pause, LONGEST_PAUSE));
    }

    private Visit waitFor(RecreationReason reason, Duration pause, Entry entry) {
        obstacles.put(entry.request().requestId(), reason);
        return new Visit.Later(pause);
    }
}
