package dev.injectionauditor.schema;

import java.time.Instant;
import java.time.LocalDate;

/**
 * Reads times in UTC as API servers and {@link Instant#toString} write them, such as 2026-11-23T06:43:09.092744Z, and
 * all others as {@link Instant#parse} does, which takes ten times as long.
 */
public final class Timestamp {

    private static final String FORM = "0000-00-00T00:00:00";
    private static final int FRACTION = FORM.length() + 1;
    private static final int MOST_DIGITS = 9;
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int SECONDS_PER_HOUR = 3_600;
    private static final long SECONDS_PER_DAY = 86_400;
    private static final int HOURS = 24;

    private Timestamp() {}

    /**
     * The moment that a text tells.
     *
     * @throws java.time.DateTimeException if it is no time
     */
    public static Instant parse(String text) {
        if (!hasForm(text)) {
            return Instant.parse(text);
        }
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, 19);
        if (hour >= HOURS || minute >= SECONDS_PER_MINUTE || second >= SECONDS_PER_MINUTE) {
            return Instant.parse(text);
        }
        long day = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10))
                .toEpochDay();
        return Instant.ofEpochSecond(
                day * SECONDS_PER_DAY + hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE + second, nanos(text));
    }

    private static boolean hasForm(String text) {
        int end = text.length() - 1;
        if (end < FORM.length() || end > FRACTION + MOST_DIGITS || text.charAt(end) != 'Z') {
            return false;
        }
        for (int i = 0; i < FORM.length(); i++) {
            char wanted = FORM.charAt(i);
            char is = text.charAt(i);
            if (wanted == '0' ? !isDigit(is) : is != wanted) {
                return false;
            }
        }
        return end == FORM.length() || hasFraction(text, end);
    }

    private static boolean hasFraction(String text, int end) {
        if (end == FRACTION || text.charAt(FORM.length()) != '.') {
            return false;
        }
        for (int i = FRACTION; i < end; i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(char character) {
        return character >= '0' && character <= '9';
    }

    private static int nanos(String text) {
        int end = text.length() - 1;
        int nanos = number(text, FRACTION, end);
        for (int digit = Math.max(0, end - FRACTION); digit < MOST_DIGITS; digit++) {
            nanos *= 10;
        }
        return nanos;
    }

    private static int number(String text, int from, int until) {
        int number = 0;
        for (int i = from; i < until; i++) {
            number = number * 10 + text.charAt(i) - '0';
        }
        return number;
    }
}
