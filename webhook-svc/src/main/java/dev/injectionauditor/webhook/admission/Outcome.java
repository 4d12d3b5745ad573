package dev.injectionauditor.webhook.admission;

import dev.injectionauditor.schema.Admission;

/** What a request body leads to. */
public sealed interface Outcome {

    /** There is an admission answer. It always allows the request. */
    sealed interface Allowed extends Outcome {
        /** The AdmissionReview to send back, JSON in UTF-8. */
        byte[] answer();
    }

    /**
     * A Pod is to be created: the answer carries a patch.
     *
     * @param admission the event to publish, unless it was a dry run
     * @param dryRun true if nothing will be created, so that nothing may be published
     */
    record Injected(byte[] answer, Admission admission, boolean dryRun) implements Allowed {}

    /** Anything else that can happen to a Pod: the answer changes nothing. */
    record Ignored(byte[] answer) implements Allowed {}

    /**
     * There is no admission answer.
     *
     * @param detail what is wrong, in one line, without quoting the request
     */
    record Rejected(BadInput reason, String detail) implements Outcome {}
}
