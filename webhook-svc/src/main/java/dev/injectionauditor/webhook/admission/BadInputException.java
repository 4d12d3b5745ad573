package dev.injectionauditor.webhook.admission;

/** Ends the reading of a request that cannot be answered. Has no stack trace: nobody is meant to see one. */
final class BadInputException extends Exception {

    private static final long serialVersionUID = 1L;

    private final BadInput reason;

    /** @param detail what is wrong where, in one line, without quoting the request */
    BadInputException(BadInput reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    BadInputException(BadInput reason) {
        this(reason, reason.text());
    }

    BadInput reason() {
        return reason;
    }
}
