package dev.injectionauditor.importer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Splits a stream into lines in constant memory. */
final class LineSplitter {

    /** Longer than an event of a Pod can be: etcd takes 1.5 MiB, and an event holds it twice. */
    private static final int LONGEST_LINE = 8 * 1024 * 1024;

    private static final int FIRST_BUFFER = 256 * 1024;

    private final InputStream in;
    private final Sink sink;
    private byte[] buffer = new byte[FIRST_BUFFER];
    private int filled;
    private boolean skipping;

    /** Takes the lines. */
    interface Sink {

        /** A line that is not empty, without its end; the bytes are only good until the method returns. */
        void line(byte[] bytes, int offset, int length) throws IOException;

        /** A line that was too long to keep. */
        void tooLong() throws IOException;
    }

    LineSplitter(InputStream in, Sink sink) {
        this.in = in;
        this.sink = sink;
    }

    /**
     * Reads the next piece of the stream.
     *
     * @return number of bytes; -1 at the end
     * @throws BadLogException if the stream cannot be read
     */
    int readSome() throws IOException {
        int count = fill();
        if (count < 0) {
            end(filled, 0);
            filled = 0;
            return -1;
        }
        int start = 0;
        int until = filled + count;
        for (int at = lineEnd(filled, until); at < until; at = lineEnd(start, until)) {
            end(at, start);
            start = at + 1;
        }
        filled = until - start;
        System.arraycopy(buffer, start, buffer, 0, filled);
        makeRoom();
        return count;
    }

    private int lineEnd(int from, int until) {
        return Bytes.indexOf('\n', buffer, from, until);
    }

    private int fill() throws IOException {
        try {
            return in.read(buffer, filled, buffer.length - filled);
        } catch (EOFException e) {
            // A compressed log that is cut off, or still being written: what there is of it counts.
            return -1;
        } catch (IOException e) {
            throw new BadLogException(e);
        }
    }

    private void end(int end, int start) throws IOException {
        if (skipping) {
            skipping = false;
            sink.tooLong();
        } else if (end > start) {
            sink.line(buffer, start, end - start);
        }
    }

    private void makeRoom() {
        if (skipping) {
            filled = 0;
        } else if (filled == buffer.length) {
            if (buffer.length == LONGEST_LINE) {
                skipping = true;
                filled = 0;
            } else {
                buffer = Arrays.copyOf(buffer, Math.min(buffer.length * 2, LONGEST_LINE));
            }
        }
    }
}
