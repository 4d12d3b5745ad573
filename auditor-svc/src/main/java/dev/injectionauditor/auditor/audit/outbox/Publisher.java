package dev.injectionauditor.auditor.audit.outbox;

import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.WatchedWebhook;
import java.util.List;
import org.jooq.DSLContext;

/** Takes what the history has to tell. */
@FunctionalInterface
public interface Publisher {

    /** Takes events, to be told in this order if the transaction commits. */
    void add(DSLContext tx, WatchedWebhook source, List<? extends Event> events);
}
