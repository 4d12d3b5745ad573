package dev.injectionauditor.auditor.audit.cause;

import dev.injectionauditor.schema.Cause;
import org.jspecify.annotations.Nullable;

/** Says why a call was missed, as far as evidence tells (design, section 4). */
final class CauseRule {

    private CauseRule() {}

    /**
     * What is known around a missed call.
     *
     * @param answered whether the webhook answered a call for this Pod
     * @param readyEndpoints ready endpoints of the webhook's Service in the second in which the Pod was created, the
     *     fewest if they changed in it; null if not known
     */
    record Circumstances(boolean answered, @Nullable Integer readyEndpoints) {}

    /** The cause. An answer weighs more than endpoints: it proves that the call arrived. */
    static Cause decide(Circumstances circumstances) {
        if (circumstances.answered()) {
            return Cause.LATE_ANSWER;
        }
        if (circumstances.readyEndpoints() == null) {
            return Cause.UNKNOWN;
        }
        return circumstances.readyEndpoints() == 0 ? Cause.NO_ENDPOINTS : Cause.UNREACHABLE;
    }
}
