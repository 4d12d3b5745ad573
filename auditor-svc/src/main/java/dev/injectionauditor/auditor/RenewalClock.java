package dev.injectionauditor.auditor;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A lock that notes when it was last renewed, and so can say whether it is surely still held. The elector itself learns
 * that it was deposed only when a renewal has failed for long; a process that was frozen would act before that.
 */
final class RenewalClock implements Lock {

    private final Lock lock;
    private final Duration renewDeadline;
    private final LongSupplier nanoTime;
    private volatile boolean mine;
    private volatile long renewedAt;

    /**
     * Wraps a lock that is not held.
     *
     * @param renewDeadline how long after a renewal nobody else takes over for sure
     * @param nanoTime a clock that only runs forward, in nanoseconds
     */
    RenewalClock(Lock lock, Duration renewDeadline, LongSupplier nanoTime) {
        this.lock = lock;
        this.renewDeadline = renewDeadline;
        this.nanoTime = nanoTime;
    }

    /** Whether the last renewal is younger than the renew deadline. */
    boolean isSurelyHeld() {
        return mine && nanoTime.getAsLong() - renewedAt < renewDeadline.toNanos();
    }

    @Override
    public LeaderElectionRecord get(KubernetesClient client) {
        return lock.get(client);
    }

    @Override
    public void create(KubernetesClient client, LeaderElectionRecord record) {
        long begun = nanoTime.getAsLong();
        lock.create(client, record);
        note(record, begun);
    }

    @Override
    public void update(KubernetesClient client, LeaderElectionRecord record) {
        boolean keeps = identity().equals(record.getHolderIdentity());
        if (!keeps) {
            mine = false; // before the others can know
        }
        long begun = nanoTime.getAsLong();
        lock.update(client, record);
        note(record, begun);
    }

    /** The time before the request counts: the API server has written it later. */
    private void note(LeaderElectionRecord record, long begun) {
        renewedAt = begun;
        mine = identity().equals(record.getHolderIdentity());
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
