package dev.injectionauditor.e2e;

/** What the webhook suffers, as API servers see it. */
enum Fault {
    /** Nothing: calls are passed on. */
    NONE,
    /** Nobody listens. */
    REFUSED,
    /** A call gets no answer. */
    HANGING,
    /** A call is passed on, and its answer comes when the API server has given up. */
    LATE,
    /** A call gets HTTP 500. */
    FAILING,
    /** The certificate is from an authority that the API server does not trust. */
    WRONG_AUTHORITY,
    /** The connection of a call is closed. */
    DROPPED
}
