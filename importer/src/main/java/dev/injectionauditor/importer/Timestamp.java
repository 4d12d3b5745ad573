package dev.injectionauditor.importer;

import java.time.Instant;
import java.time.LocalDate;

/** Reads times as API servers write them, such as 2026-11-23T06:43:09.092744Z, and all others as Java does. */
final class Timestamp {

    private static final String FORM = "0000-00-00T00:00:00.000000Z";
    private static final int FRACTION = 20;
    private static final int NANOS_OF_FRACTION = 1_000;
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int SECONDS_PER_HOUR = 3_600;
    private static final long SECONDS_PER_DAY = 86_400;
    private static final int HOURS = 24;

    private Timestamp() {}

    /** @throws java.time.DateTimeException if it is no time */
    static Instant parse(String text) {
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
                day * SECONDS_PER_DAY + hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE + second,
                (long) number(text, FRACTION, FORM.length() - 1) * NANOS_OF_FRACTION);
    }

    private static boolean hasForm(String text) {
        if (text.length() != FORM.length()) {
            return false;
        }
        for (int i = 0; i < FORM.length(); i++) {
            char wanted = FORM.charAt(i);
            char is = text.charAt(i);
            if (wanted == '0' ? is < '0' || is > '9' : is != wanted) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int from, int until) {
        int number = 0;
        for (int i = from; i < until; i++) {
            number = number * 10 + text.charAt(i) - '0';
        }
        return number;
    }
}
