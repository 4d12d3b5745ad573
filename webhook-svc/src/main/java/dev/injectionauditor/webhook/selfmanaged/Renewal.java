package dev.injectionauditor.webhook.selfmanaged;

/** What is to be done about the certificates. */
sealed interface Renewal {

    /** Nothing now. */
    record Keep() implements Renewal {}

    /** There is no authority to build upon: make one beside those that are trusted, and a serving certificate of it. */
    record StartOver() implements Renewal {}

    /** Make the successor of the newest authority; what is served stays. */
    record AddAuthority() implements Renewal {}

    /** Write down that {@code caBundle} has the newest authority since now. */
    record NoteTrust() implements Renewal {}

    /** Make a serving certificate of the newest authority. */
    record SignServing() implements Renewal {}

    /** Leave out the authorities that have expired. */
    record ForgetExpired() implements Renewal {}
}
