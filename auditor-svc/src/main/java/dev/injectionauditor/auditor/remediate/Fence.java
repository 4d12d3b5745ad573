package dev.injectionauditor.auditor.remediate;

/** Whether this process may still act for its cluster. */
@FunctionalInterface
public interface Fence {

    /**
     * True as long as this process surely holds the Lease: it was renewed so shortly ago, by a clock that only runs
     * forward, that nobody else can have taken it, unless by a wall clock that is far ahead of this process's. Asked
     * before each act, so that a deposed process does nothing more.
     */
    boolean holds();

    /** @throws LeaseLostException if this process may have been deposed */
    default void check() {
        if (!holds()) {
            throw new LeaseLostException();
        }
    }

    /** The Lease may be somebody else's by now; whoever holds it goes on from the journal. */
    final class LeaseLostException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        LeaseLostException() {
            super("the Lease was not renewed in time");
        }
    }
}
