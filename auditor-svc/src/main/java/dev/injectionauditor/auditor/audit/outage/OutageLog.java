package dev.injectionauditor.auditor.audit.outage;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** The outage windows of one webhook that are stored. */
interface OutageLog {

    /** The windows that begin in this span, both ends included, the last one before it and the first one after it. */
    List<OutageWindow> around(Instant from, Instant until);

    /** Removes the windows with these ids and writes others, new or changed. */
    void replace(Collection<UUID> gone, Collection<OutageWindow> written);
}
