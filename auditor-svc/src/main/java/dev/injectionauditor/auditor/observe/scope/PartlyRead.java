package dev.injectionauditor.auditor.observe.scope;

import java.util.Optional;

/** A Pod of which only a part was read. Match conditions may ask for any field, so they are never evaluated on it. */
public interface PartlyRead {

    /** What these conditions decided about it while it was read; empty if that was not asked then. */
    Optional<MatchConditions.Decision> decision(MatchConditions conditions);
}
