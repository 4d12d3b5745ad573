package dev.injectionauditor.webhook.http;

import dev.injectionauditor.webhook.admission.BadInput;
import dev.injectionauditor.webhook.admission.Outcome;

/**
 * Is told what the server does, after the answer is on its way. Called by the threads that answer: must return at once
 * and never throw.
 */
public interface ServerListener {

    /**
     * An admission request was answered.
     *
     * @param nanos time from the complete request to its answer, in nanoseconds
     */
    void answered(Outcome.Allowed outcome, long nanos);

    /**
     * A request was turned away.
     *
     * @param detail what is wrong, in one line, without quoting the request
     */
    void rejected(BadInput reason, String detail);

    /** A request could not be answered because of a defect here; the caller got status 500. */
    void failed(Throwable failure);

    /** A connection ended because of its peer, for instance in the TLS handshake. */
    void connectionFailed(Throwable failure);
}
