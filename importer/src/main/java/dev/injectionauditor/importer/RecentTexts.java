package dev.injectionauditor.importer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Texts that were read lately, so that one that comes again and again, as names of fields do, is made once. Takes no
 * more than a megabyte; not for several threads.
 */
final class RecentTexts {

    private static final int PLACES_LOG = 10;
    private static final int LONGEST = 200;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private final byte[][] written = new byte[1 << PLACES_LOG][];
    private final String[] texts = new String[1 << PLACES_LOG];

    /** The text that these bytes stood for when they came last; null if that is not known. */
    @Nullable String find(byte[] bytes, int from, int until) {
        int place = place(bytes, from, until);
        byte[] known = written[place];
        return known != null && Arrays.equals(known, 0, known.length, bytes, from, until) ? texts[place] : null;
    }

    /** Remembers what these bytes stand for, in the place of something else if need be. */
    String keep(byte[] bytes, int from, int until, String text) {
        if (until - from <= LONGEST) {
            int place = place(bytes, from, until);
            written[place] = Arrays.copyOfRange(bytes, from, until);
            texts[place] = text;
        }
        return text;
    }

    /** From the length and at most 24 bytes, because a place must be found faster than a text is made. */
    private static int place(byte[] bytes, int from, int until) {
        int length = until - from;
        long hash = length;
        if (length >= Long.BYTES) {
            hash = spread(hash + Bytes.eight(bytes, from));
            hash = spread(hash + Bytes.eight(bytes, from + (length - Long.BYTES) / 2));
            hash = spread(hash + Bytes.eight(bytes, until - Long.BYTES));
        } else {
            for (int at = from; at < until; at++) {
                hash = hash << Byte.SIZE | bytes[at];
            }
            hash = spread(hash);
        }
        return (int) (hash >>> Long.SIZE - PLACES_LOG);
    }

    private static long spread(long hash) {
        return (hash ^ hash >>> Integer.SIZE) * SPREAD;
    }
}
