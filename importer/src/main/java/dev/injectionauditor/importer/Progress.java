package dev.injectionauditor.importer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Shows on a terminal how much of a long log has been read. */
final class Progress extends FilterInputStream {

    private static final long LONG = 32L * 1024 * 1024;
    private static final long EVERY_NANOS = 500_000_000L;
    private static final int WIDTH = 40;
    private static final double PERCENT = 100.0;

    private final PrintStream terminal;
    private final String name;
    private final long total;
    private final LongSupplier nanos;
    private long read;
    private long shownAt;
    private boolean shown;

    private Progress(InputStream in, PrintStream terminal, String name, long total, LongSupplier nanos) {
        super(in);
        this.terminal = terminal;
        this.name = name;
        this.total = total;
        this.nanos = nanos;
        this.shownAt = nanos.getAsLong();
    }

    /**
     * Watches the reading of a log if it is worth it.
     *
     * @param total number of bytes
     * @param nanos a clock as {@link System#nanoTime} is one
     */
    static InputStream of(InputStream in, PrintStream terminal, String name, long total, LongSupplier nanos) {
        return total < LONG ? in : new Progress(in, terminal, name, total, nanos);
    }

    @Override
    public int read() throws IOException {
        int next = super.read();
        count(next < 0 ? 0 : 1);
        return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        count(Math.max(count, 0));
        return count;
    }

    private void count(int bytes) {
        read += bytes;
        if (nanos.getAsLong() - shownAt > EVERY_NANOS) {
            show();
        }
    }

    private void show() {
        double share = Math.min(1, (double) read / total);
        int full = (int) Math.round(share * WIDTH);
        terminal.print(String.format(
                Locale.ROOT,
                "\r%s [%s%s] %3.0f %%",
                name,
                "#".repeat(full),
                "-".repeat(WIDTH - full),
                share * PERCENT));
        terminal.flush();
        shownAt = nanos.getAsLong();
        shown = true;
    }

    @Override
    public void close() throws IOException {
        super.close();
        if (shown) {
            show();
            terminal.println();
        }
    }
}
