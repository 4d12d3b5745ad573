package dev.injectionauditor.webhook.events;

import dev.injectionauditor.schema.Admission;
import java.time.Duration;
import java.util.List;

/** Admission events on their way to Kafka. Many threads add, one thread takes them out. */
public interface Backlog {

    /** Adds the newest event; if there is no room, the oldest ones are dropped and counted. Never waits for Kafka. */
    void add(Admission admission);

    /**
     * The oldest events, which stay in the backlog until they are removed: the same ones come again until then.
     *
     * @param most how many at most, at least 1
     * @param wait how long to wait if there are none
     * @return events in order; empty if none came in time
     * @throws InterruptedException if interrupted while waiting
     */
    List<Admission> oldest(int most, Duration wait) throws InterruptedException;

    /**
     * Removes events from the front of what {@link #oldest} returned last.
     *
     * @param count from 0 to as many as were returned
     */
    void remove(int count);

    /** How many events wait, those not removed yet included. */
    int size();

    /** How many events have been dropped for lack of room so far. */
    long dropped();
}
