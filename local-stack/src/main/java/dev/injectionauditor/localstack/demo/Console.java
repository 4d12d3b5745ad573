package dev.injectionauditor.localstack.demo;

import java.io.PrintStream;
import java.util.Locale;

/** Tells people how the demo gets on. */
final class Console {

    private static final double NANOS = 1e9;

    private final PrintStream out;
    private final long start = System.nanoTime();

    Console(PrintStream out) {
        this.out = out;
    }

    /** A line with the time since the start. */
    void say(String line) {
        print(String.format(Locale.ROOT, "[%5.1f s] %s", (System.nanoTime() - start) / NANOS, line));
    }

    /** A bare line. */
    void print(String line) {
        out.println(line);
        out.flush();
    }
}
