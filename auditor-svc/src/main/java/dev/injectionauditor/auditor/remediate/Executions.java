package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.remediate.Entry.Step;
import dev.injectionauditor.service.Loop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the requests in the journal executed, oldest first: those of different owners side by side, those of one owner
 * one after the other. What a process before this one has begun comes before what is new.
 */
final class Executions implements Loop.Work, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Executions.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
    /** Longer than a request can come again from Kafka after it was answered. */
    private static final Duration MEMORY = Duration.ofDays(1);

    private static final Duration TIDY_EVERY = Duration.ofHours(1);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(4);

    private final Journal journal;
    private final Remediator remediator;
    private final Fence fence;
    private final RemediateMetrics metrics;
    private final int atOnce;
    private final InstantSource clock;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    /** Owners whose request is being looked at in this moment. */
    private final Set<UUID> busy = ConcurrentHashMap.newKeySet();

    private final Map<String, Instant> notBefore = new ConcurrentHashMap<>();
    private Instant tidyAt = Instant.EPOCH;

    /** @param atOnce how many requests are looked at in the same moment; those that wait do not count */
    Executions(
            Journal journal,
            Remediator remediator,
            Fence fence,
            RemediateMetrics metrics,
            int atOnce,
            InstantSource clock) {
        this.journal = journal;
        this.remediator = remediator;
        this.fence = fence;
        this.metrics = metrics;
        this.atOnce = atOnce;
        this.clock = clock;
    }

    @Override
    public boolean runOnce() {
        if (!fence.holds()) {
            return false;
        }
        Instant now = clock.instant();
        if (!now.isBefore(tidyAt)) {
            journal.forgetBefore(now.minus(MEMORY));
            tidyAt = now.plus(TIDY_EVERY);
        }
        // Before the journal is read: what ends in between stands there as it was.
        Set<UUID> busyBefore = Set.copyOf(busy);
        List<Entry> open = journal.open();
        metrics.underWay(open.size(), (int) open.stream()
                .filter(entry -> entry.step() == Step.EVICTED && entry.spec() != null)
                .count());
        notBefore.keySet().retainAll(ids(open));
        firstOfEachOwner(open).values().stream()
                .filter(entry -> !busyBefore.contains(entry.owner()))
                .filter(entry ->
                        !now.isBefore(notBefore.getOrDefault(entry.request().requestId(), Instant.EPOCH)))
                .forEach(this::start);
        return false;
    }

    private static Set<String> ids(List<Entry> entries) {
        Set<String> ids = new HashSet<>();
        entries.forEach(entry -> ids.add(entry.request().requestId()));
        return ids;
    }

    private static Map<UUID, Entry> firstOfEachOwner(List<Entry> open) {
        Map<UUID, Entry> first = new HashMap<>();
        open.forEach(entry -> first.putIfAbsent(entry.owner(), entry));
        return first;
    }

    private void start(Entry entry) {
        if (busy.size() < atOnce && busy.add(entry.owner())) {
            threads.execute(() -> {
                try {
                    advance(entry);
                } finally {
                    busy.remove(entry.owner());
                }
            });
        }
    }

    private void advance(Entry start) {
        String id = start.request().requestId();
        try {
            Entry entry = start;
            while (true) {
                switch (remediator.visit(entry)) {
                    case Visit.Further(Entry next) -> entry = next;
                    case Visit.Later(Duration pause) -> {
                        notBefore.put(id, clock.instant().plus(pause));
                        return;
                    }
                    case Visit.Done done -> {
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Fence.LeaseLostException e) {
            LOG.atInfo().addKeyValue("request", id).log("Stopped before acting: the Lease may be somebody else's");
            notBefore.put(id, clock.instant().plus(AFTER_FAILURE));
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("request", id)
                    .addKeyValue("nextTryIn", AFTER_FAILURE)
                    .setCause(e)
                    .log("A recreation request could not be taken further");
            notBefore.put(id, clock.instant().plus(AFTER_FAILURE));
        }
    }

    /** Interrupts what is looked at; it is gone on with from the journal. */
    @Override
    public void close() {
        threads.shutdownNow();
        metrics.stopped();
        try {
            if (!threads.awaitTermination(LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn().log("Some requests to the API server did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
