package dev.injectionauditor.importer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Looks for bytes, eight at a time. Each of the tests below sets the highest bit of the bytes that it looks for; of
 * those behind the first one it may set that of others too, so only the first one counts.
 */
final class Bytes {

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHEST = 0x8080808080808080L;
    private static final long QUOTATION_MARKS = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';
    private static final long SPACES = ONES * ' ';

    /** Its byte 7 - k, counted from the lowest, is k: shifted to the left by k bytes, it has k as its highest byte. */
    private static final long NUMBERS = 0x0001020304050607L;

    private Bytes() {}

    /** Where an ASCII character is first, from one position up to before another one; the latter if it is not there. */
    static int indexOf(char wanted, byte[] bytes, int from, int end) {
        long pattern = ONES * wanted;
        int at = from;
        for (; at <= end - 4 * Long.BYTES; at += 4 * Long.BYTES) {
            long found = isZero(eight(bytes, at) ^ pattern)
                    | isZero(eight(bytes, at + Long.BYTES) ^ pattern)
                    | isZero(eight(bytes, at + 2 * Long.BYTES) ^ pattern)
                    | isZero(eight(bytes, at + 3 * Long.BYTES) ^ pattern);
            if (found != 0) {
                break;
            }
        }
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long found = isZero(eight(bytes, at) ^ pattern);
            if (found != 0) {
                return at + first(found);
            }
        }
        while (at < end && bytes[at] != wanted) {
            at++;
        }
        return Math.min(at, end);
    }

    /**
     * Where there is the first byte that is no printable ASCII, or a quotation mark, or a backslash; or else the end.
     */
    static int endOfPlainText(byte[] bytes, int from, int end) {
        int at = from;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long eight = eight(bytes, at);
            long found = isZero(eight ^ QUOTATION_MARKS)
                    | isZero(eight ^ BACKSLASHES)
                    | (eight - SPACES) & ~eight & HIGHEST
                    | eight & HIGHEST;
            if (found != 0) {
                return at + first(found);
            }
        }
        while (at < end && bytes[at] >= ' ' && bytes[at] != '"' && bytes[at] != '\\') {
            at++;
        }
        return at;
    }

    /** Eight bytes, the first one lowest. */
    static long eight(byte[] bytes, int at) {
        return (long) EIGHT.get(bytes, at);
    }

    private static long isZero(long eight) {
        return (eight - ONES) & ~eight & HIGHEST;
    }

    /** Which of eight bytes is the first marked one; by a product, as the first compiler has nothing faster. */
    private static int first(long found) {
        return (int) (((found & -found) >>> Byte.SIZE - 1) * NUMBERS >>> Long.SIZE - Byte.SIZE);
    }
}
