package dev.injectionauditor.auditor;

import dev.injectionauditor.auditor.kubernetes.OneTry;
import dev.injectionauditor.auditor.remediate.Fence;
import dev.injectionauditor.service.Loop;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a role be active in one process per cluster: while this process holds a Lease, the role runs; otherwise it
 * stands by.
 */
final class Leadership implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

    /** A role that is running. */
    interface ActiveRole extends AutoCloseable {

        /** Whether it has been able to work within this time, or has tried to where a new process could not either. */
        boolean hasProgressedWithin(Duration limit);

        @Override
        void close();
    }

    private final KubernetesClient client;
    private final String lease;
    private final Timing timing;
    private final Function<Fence, ActiveRole> role;
    private final RenewalClock renewals;
    private final InstantSource clock;
    private final Loop loop;
    private volatile @Nullable ActiveRole active;
    /** Since when campaigns have failed here; null once the role has started, or is known to run elsewhere. */
    private volatile @Nullable Instant failingSince;

    private volatile Instant lastFailure = Instant.MIN;

    /**
     * How long a Lease holds.
     *
     * @param duration how long others wait after the last renewal, by their own clocks, before they take over
     * @param renewDeadline how long the holder tries to renew before it gives up; shorter than {@code duration}
     * @param retryPeriod pause between tries
     */
    record Timing(Duration duration, Duration renewDeadline, Duration retryPeriod) {

        /** What Kubernetes' own components use. */
        static final Timing DEFAULT = new Timing(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));
    }

    /**
     * A role that does not run.
     *
     * @param client for the Lease; not closed
     * @param role starts the role; it asks the fence before each act that must not be done by two processes
     */
    Leadership(
            KubernetesClient client,
            String namespace,
            String lease,
            String identity,
            Timing timing,
            InstantSource clock,
            Function<Fence, ActiveRole> role) {
        // The elector tries again by itself. A look at the Lease and a write have half of the time each.
        this.client = OneTry.of(client, timing.renewDeadline().dividedBy(2));
        this.lease = lease;
        this.timing = timing;
        this.role = role;
        this.clock = clock;
        this.renewals = new RenewalClock(
                new LeaseLock(namespace, lease, identity),
                timing.renewDeadline(),
                System::nanoTime,
                () -> failingSince = null);
        this.loop = new Loop("lease-" + lease, this::campaign, timing.retryPeriod(), clock);
    }

    void start() {
        loop.start();
    }

    /**
     * Whether the role has been able to work within this time, or at least has tried to, if it is active here. If not,
     * false means that it has failed to start for longer than this time, and was not seen to run elsewhere.
     */
    boolean hasProgressedWithin(Duration limit) {
        ActiveRole running = active;
        if (running != null) {
            return running.hasProgressedWithin(limit);
        }
        Instant since = failingSince;
        Instant now = clock.instant();
        return since == null
                || Duration.between(since, now).compareTo(limit) <= 0
                // It has not been tried again: the API server is away, say, for which nobody needs a new process.
                || lastFailure.isBefore(now.minus(limit));
    }

    private boolean campaign() throws InterruptedException {
        CompletableFuture<Void> over = new CompletableFuture<>();
        CompletableFuture<?> election = elector(over).start();
        election.whenComplete((ended, failure) -> {
            if (failure == null) {
                over.complete(null);
            } else {
                over.completeExceptionally(failure);
            }
        });
        try {
            over.get();
        } catch (ExecutionException e) {
            lastFailure = clock.instant();
            if (failingSince == null) {
                failingSince = lastFailure;
            }
            throw new IllegalStateException("the role of the Lease " + lease + " cannot be taken on", e.getCause());
        } finally {
            // First stop to act, then let go of the Lease.
            follow();
            election.cancel(true);
        }
        return false;
    }

    private LeaderElector elector(CompletableFuture<Void> over) {
        return client.leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName(lease)
                        .withLock(renewals)
                        .withLeaseDuration(timing.duration())
                        .withRenewDeadline(timing.renewDeadline())
                        .withRetryPeriod(timing.retryPeriod())
                        .withReleaseOnCancel(true)
                        .withLeaderCallbacks(new LeaderCallbacks(
                                () -> lead(over),
                                this::follow,
                                holder -> LOG.atInfo()
                                        .addKeyValue("lease", lease)
                                        .addKeyValue("holder", holder)
                                        .log("A Lease has a new holder")))
                        .build())
                .build();
    }

    /** @param over fails if the role does: after a callback that throws, the elector ends and tells nobody */
    private synchronized void lead(CompletableFuture<Void> over) {
        if (active != null) {
            return;
        }
        try {
            active = role.apply(renewals::isSurelyHeld);
            failingSince = null;
        } catch (Throwable e) { // an Error too: nobody else would hear of it
            over.completeExceptionally(e);
        }
    }

    private synchronized void follow() {
        ActiveRole ending = active;
        active = null;
        if (ending == null) {
            return;
        }
        try {
            ending.close();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("lease", lease).setCause(e).log("A role failed to close");
        }
    }

    @Override
    public void close() {
        loop.close();
        follow();
    }
}
