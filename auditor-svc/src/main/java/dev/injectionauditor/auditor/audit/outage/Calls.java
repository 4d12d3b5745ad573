package dev.injectionauditor.auditor.audit.outage;

/**
 * A count of calls.
 *
 * @param missed not applied, and the Pod lacks the mutation
 * @param preset not applied, but the Pod needs no mutation
 * @param probes not applied, and no Pod was made
 * @param applied applied, to a Pod or to a probe
 */
record Calls(long missed, long preset, long probes, long applied) {

    static final Calls NONE = new Calls(0, 0, 0, 0);

    private static final Calls ONE_MISSED = new Calls(1, 0, 0, 0);
    private static final Calls ONE_PRESET = new Calls(0, 1, 0, 0);
    private static final Calls ONE_PROBE = new Calls(0, 0, 1, 0);
    private static final Calls ONE_APPLIED = new Calls(0, 0, 0, 1);

    /** The one call that this evidence is of. */
    static Calls of(Evidence evidence) {
        return of(evidence.source(), evidence.kind());
    }

    static Calls of(Evidence.Source source, Evidence.Kind kind) {
        return switch (kind) {
            case APPLIED -> ONE_APPLIED;
            case PRESET -> ONE_PRESET;
            case MISSED ->
                switch (source) {
                    case POD, AUDIT -> ONE_MISSED;
                    case PROBE -> ONE_PROBE;
                };
        };
    }

    Calls plus(Calls other) {
        return new Calls(missed + other.missed, preset + other.preset, probes + other.probes, applied + other.applied);
    }

    Calls minus(Calls other) {
        return plus(other.times(-1));
    }

    Calls times(long factor) {
        return new Calls(missed * factor, preset * factor, probes * factor, applied * factor);
    }
}
