package dev.injectionauditor.auditor.observe.scope;

/** What an injection leaves in a Pod. */
public final class Injection {

    /** The variable that the webhook injects. */
    public static final String VARIABLE = "KUBERNETES_SERVICE_HOST";

    /** The annotation that the webhook stamps Pods with. */
    public static final String STAMP_ANNOTATION = "injection-auditor.dev/admission";

    /** The annotation that the MutatingAdmissionPolicy marks Pods with that it has injected the variable into. */
    public static final String POLICY_ANNOTATION = "injection-auditor.dev/policy";

    private Injection() {}
}
