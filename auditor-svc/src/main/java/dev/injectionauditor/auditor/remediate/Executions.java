package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.remediate.Entry.Step;
import dev.injectionauditor.service.Loop;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the requests in the journal executed, oldest first: those of different owners side by side, those of one owner
 * one after the other. What has been begun comes before what is new. Results have places of their own to wait for Kafka
 * in: while it is away, Pods are looked at and created as before.
 */
final class Executions implements Loop.Work, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Executions.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
    /** Longer than a request can come again from Kafka after it was answered. */
    private static final Duration MEMORY = Duration.ofDays(1);

    private static final Duration TIDY_EVERY = Duration.ofHours(1);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(4);

    /** Takes a request one step further. */
    @FunctionalInterface
    interface Visitor {

        /** @throws InterruptedException if it was told to stop; a look after that goes on */
        Visit visit(Entry entry) throws InterruptedException;
    }

    /** What a look at a request may have to wait for. */
    private enum Place {
        WORK,
        ANSWER;

        static Place of(Entry entry) {
            return entry.result() == null ? WORK : ANSWER;
        }
    }

    private final Journal journal;
    private final Visitor visitor;
    private final Fence fence;
    private final RemediateMetrics metrics;
    private final int atOnce;
    private final InstantSource clock;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    /** Owners whose request is being looked at in this moment, and the place that it takes. */
    private final Map<UUID, Place> busy = new ConcurrentHashMap<>();

    private final Pauses pauses;
    private Duration tidyAt = Duration.ZERO;

    /**
     * Executes nothing until it runs.
     *
     * @param atOnce how many requests are looked at in the same moment, and how many results are sent; those that wait
     *     for another look do not count
     * @param clock for what is remembered by its date
     * @param nanoTime a clock that only runs forward, in nanoseconds, for pauses
     */
    Executions(
            Journal journal,
            Visitor visitor,
            Fence fence,
            RemediateMetrics metrics,
            int atOnce,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.journal = journal;
        this.visitor = visitor;
        this.fence = fence;
        this.metrics = metrics;
        this.atOnce = atOnce;
        this.clock = clock;
        this.pauses = new Pauses(nanoTime);
    }

    @Override
    public boolean runOnce() {
        if (!fence.holds()) {
            return false;
        }
        Duration now = pauses.now();
        if (now.compareTo(tidyAt) >= 0) {
            journal.forgetBefore(clock.instant().minus(MEMORY));
            tidyAt = now.plus(TIDY_EVERY);
        }
        // Before the journal is read: what ends in between stands there as it was.
        Set<UUID> busyBefore = Set.copyOf(busy.keySet());
        List<Entry> open = journal.open();
        metrics.underWay(open.size(), (int) open.stream()
                .filter(entry -> entry.step() == Step.EVICTED && entry.spec() != null)
                .count());
        pauses.keepOnly(ids(open));
        firstOfEachOwner(open).values().stream()
                .filter(entry -> !busyBefore.contains(entry.owner()))
                .filter(entry -> now.compareTo(dueAt(entry)) >= 0)
                // What has been begun comes first. Else in the order of the journal, those that were looked at before
                // behind the others: none that waits for long keeps a place from those that have not had their turn.
                .sorted(Comparator.comparing((Entry entry) -> entry.step() == Step.ACCEPTED)
                        .thenComparing(this::dueAt))
                .forEach(this::start);
        return false;
    }

    private Duration dueAt(Entry entry) {
        return pauses.endOf(entry.request().requestId());
    }

    private static Set<String> ids(List<Entry> entries) {
        Set<String> ids = new HashSet<>();
        entries.forEach(entry -> ids.add(entry.request().requestId()));
        return ids;
    }

    private static Map<UUID, Entry> firstOfEachOwner(List<Entry> open) {
        Map<UUID, Entry> first = new LinkedHashMap<>();
        open.forEach(entry -> first.putIfAbsent(entry.owner(), entry));
        return first;
    }

    private void start(Entry entry) {
        if (takesPlace(entry)) {
            threads.execute(() -> {
                try {
                    advance(entry);
                } finally {
                    busy.remove(entry.owner());
                }
            });
        }
    }

    /** Gives a request the place that it needs, and its former one back; false if there is none. */
    private synchronized boolean takesPlace(Entry entry) {
        Place place = Place.of(entry);
        boolean isFree = busy.values().stream().filter(place::equals).count() < atOnce;
        if (isFree) {
            busy.put(entry.owner(), place);
        }
        return isFree;
    }

    private void advance(Entry start) {
        String id = start.request().requestId();
        try {
            Entry entry = start;
            while (true) {
                switch (visitor.visit(entry)) {
                    case Visit.Further(Entry next) -> {
                        if (Place.of(next) != Place.of(entry) && !takesPlace(next)) {
                            return;
                        }
                        entry = next;
                    }
                    case Visit.Later(Duration pause) -> {
                        pauses.begin(id, pause);
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
            pauses.begin(id, AFTER_FAILURE);
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("request", id)
                    .addKeyValue("nextTryIn", AFTER_FAILURE)
                    .setCause(e)
                    .log("A recreation request could not be taken further");
            pauses.begin(id, AFTER_FAILURE);
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
