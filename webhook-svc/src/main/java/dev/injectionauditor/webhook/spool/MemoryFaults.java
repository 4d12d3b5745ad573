package dev.injectionauditor.webhook.spool;

/** Accesses to mapped memory that fail because the disk does. */
final class MemoryFaults {

    /** Volatile, so that no compiler knows it and leaves the loop out. */
    private static volatile int rounds = 2;

    private MemoryFaults() {}

    /**
     * To be called after an access, where its failure is to be caught. In compiled code the JVM does not throw the
     * error when an access fails: it leaves the access out, and throws the next time that it looks for something to do,
     * which is at the end of a round of a loop or at the return to code that was compiled on its own. That can be far
     * outside of whoever would catch it.
     *
     * @throws InternalError if an access of this thread has failed and no error was thrown for it yet
     */
    static void throwIfAny() {
        for (int round = 0; round < rounds; round++) {
            // the JVM throws
        }
    }
}
