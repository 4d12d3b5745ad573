package dev.injectionauditor.webhook.events;

import dev.injectionauditor.schema.Admission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** A backlog in memory: it ends with the process. */
public final class MemoryBacklog implements Backlog {

    private final BlockingDeque<Admission> waiting;
    private final LongAdder dropped = new LongAdder();
    /** What was returned last and is not removed yet; not counted in the capacity. Replaced, never changed. */
    private volatile List<Admission> taken = List.of();

    /** @param capacity how many events wait at most, at least 1 */
    public MemoryBacklog(int capacity) {
        waiting = new LinkedBlockingDeque<>(capacity);
    }

    @Override
    public void add(Admission admission) {
        while (!waiting.offerLast(admission)) {
            if (waiting.pollFirst() != null) {
                dropped.increment();
            }
        }
    }

    @Override
    public List<Admission> oldest(int most, Duration wait) throws InterruptedException {
        if (taken.isEmpty()) {
            @Nullable Admission first = waiting.pollFirst(wait.toMillis(), TimeUnit.MILLISECONDS);
            if (first != null) {
                List<Admission> batch = new ArrayList<>();
                batch.add(first);
                waiting.drainTo(batch, most - 1);
                taken = List.copyOf(batch);
            }
        }
        return taken.subList(0, Math.min(most, taken.size()));
    }

    @Override
    public void remove(int count) {
        taken = List.copyOf(taken.subList(count, taken.size()));
    }

    @Override
    public int size() {
        return waiting.size() + taken.size();
    }

    @Override
    public long dropped() {
        return dropped.sum();
    }
}
