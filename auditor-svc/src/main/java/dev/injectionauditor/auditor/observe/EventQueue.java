package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.schema.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Events between the informers and Kafka. Informers never wait: an event that finds the queue full is dropped, and the
 * queue says so for good. Whoever uses it then has to start anew with a list and another queue; until then it takes
 * what it has room for, as that is true nevertheless.
 */
final class EventQueue {

    private final BlockingQueue<Event> events;
    private volatile boolean broken;

    /** @param capacity how many events it holds, at least 1 */
    EventQueue(int capacity) {
        this.events = new ArrayBlockingQueue<>(capacity);
    }

    /** Adds an event without waiting. */
    void offer(Event event) {
        if (!events.offer(event)) {
            broken = true;
        }
    }

    /** Waits for events and takes them, oldest first. */
    List<Event> take(int most, Duration longestWait) throws InterruptedException {
        List<Event> taken = new ArrayList<>();
        Event first = events.poll(longestWait.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
            taken.add(first);
            events.drainTo(taken, most - 1);
        }
        return taken;
    }

    /** Number of events that wait. */
    int size() {
        return events.size();
    }

    /** Says that events were lost. */
    void breakUp() {
        broken = true;
    }

    /** Whether any event was lost. */
    boolean isBroken() {
        return broken;
    }
}
