package dev.injectionauditor.importer;

/** What a line of an audit log turned out to be. */
sealed interface Line permits PodCreation, Line.Skipped {

    /** A line that tells nothing of a created Pod. */
    record Skipped(Reason reason) implements Line {}

    /** Why a line was passed over. The text is part of the output. */
    enum Reason {
        /** The line is cut off or was never JSON. */
        NOT_JSON("notJson"),
        /** Longer than any audit event can be. */
        TOO_LONG("tooLong"),
        /** JSON, but no event of audit.k8s.io/v1, or one without what every event has. */
        NOT_AN_AUDIT_EVENT("notAnAuditEvent"),
        /** Another stage than ResponseComplete. */
        OTHER_STAGE("otherStage"),
        /** Another verb than create, and no patch that created an object. */
        OTHER_VERB("otherVerb"),
        /** Another resource than Pods, or a subresource of them. */
        OTHER_RESOURCE("otherResource"),
        /** Nothing was stored. */
        DRY_RUN("dryRun"),
        /** The API server answered with another code than 201. */
        NOT_CREATED("notCreated"),
        /** An event with this auditID and time was there already. */
        REPEATED("repeated"),
        /** From before the time that the history is kept for. */
        TOO_OLD("tooOld");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }
}
