package dev.injectionauditor.auditor;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A lock that notes when it was last renewed, and so can say whether it is surely still held. The elector itself learns
 * that it was deposed only when a renewal has failed for long; a process that was frozen would act before that.
 *
 * <p>The time that a renewal writes is taken before the elector looks at the lock, so that look is where this counts
 * from. Others compare that time with their own wall clocks: what this says holds as long as no candidate's clock is
 * ahead of the holder's by as much as the lease duration is longer than the renew deadline.
 */
final class RenewalClock implements Lock {

    private final Lock lock;
    private final Duration renewDeadline;
    private final LongSupplier nanoTime;
    private final Runnable anotherLeads;
    private volatile boolean mine;
    private volatile long lookedAt;
    private volatile long renewedAt;

    /**
     * Wraps a lock that is not held.
     *
     * @param renewDeadline how long after a renewal was begun nobody else takes over for sure
     * @param nanoTime a clock that only runs forward, in nanoseconds
     * @param anotherLeads called whenever another process is seen to hold the lock and to have renewed it; it does that
     *     only once its role has started
     */
    RenewalClock(Lock lock, Duration renewDeadline, LongSupplier nanoTime, Runnable anotherLeads) {
        this.lock = lock;
        this.renewDeadline = renewDeadline;
        this.nanoTime = nanoTime;
        this.anotherLeads = anotherLeads;
        this.lookedAt = nanoTime.getAsLong();
    }

    /** Whether the last renewal was begun more recently than the renew deadline. */
    boolean isSurelyHeld() {
        return mine && nanoTime.getAsLong() - renewedAt < renewDeadline.toNanos();
    }

    @Override
    public @Nullable LeaderElectionRecord get(KubernetesClient client) {
        lookedAt = nanoTime.getAsLong();
        try {
            LeaderElectionRecord record = lock.get(client);
            if (record != null && isRenewedByAnother(record)) {
                anotherLeads.run();
            }
            return record;
        } catch (RuntimeException e) {
            throw retriable(e);
        }
    }

    private boolean isRenewedByAnother(LeaderElectionRecord record) {
        String holder = record.getHolderIdentity();
        return holder != null
                && !holder.isEmpty()
                && !holder.equals(identity())
                && record.getRenewTime() != null
                && record.getAcquireTime() != null
                && record.getRenewTime().isAfter(record.getAcquireTime());
    }

    @Override
    public void create(KubernetesClient client, LeaderElectionRecord record) {
        try {
            lock.create(client, record);
        } catch (RuntimeException e) {
            throw retriable(e);
        }
        note(record);
    }

    @Override
    public void update(KubernetesClient client, LeaderElectionRecord record) {
        boolean keeps = identity().equals(record.getHolderIdentity());
        if (!keeps) {
            mine = false; // before the others can know
        }
        try {
            lock.update(client, record);
        } catch (RuntimeException e) {
            throw retriable(e);
        }
        note(record);
    }

    private void note(LeaderElectionRecord record) {
        renewedAt = lookedAt;
        mine = identity().equals(record.getHolderIdentity());
    }

    /** The elector tries again after a KubernetesClientException only; after all else it ends and tells nobody. */
    private static KubernetesClientException retriable(RuntimeException failure) {
        return failure instanceof KubernetesClientException known
                ? known
                : new KubernetesClientException("the Lease cannot be read or written", failure);
    }

    @Override
    public String identity() {
        return lock.identity();
    }

    @Override
    public String describe() {
        return lock.describe();
    }
}
