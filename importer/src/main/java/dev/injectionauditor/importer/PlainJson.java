package dev.injectionauditor.importer;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * JSON as API servers write it: without space between its parts, and nothing long or deep. It is checked in full, as
 * far as it is read; whatever is not like that is refused, valid or not.
 */
final class PlainJson extends PlainCursor implements Json {

    private static final int MOST_DIGITS_OF_INTEGER = 9;

    private final RecentTexts recent;

    PlainJson(RecentTexts recent, byte[] bytes, int offset, int length) {
        super(bytes, offset, length);
        this.recent = recent;
    }

    @Override
    public boolean enter() {
        if (peek() != '{') {
            skip();
            return false;
        }
        at++;
        return true;
    }

    @Override
    public @Nullable String nextName() {
        if (peek() == '}') {
            at++;
            return null;
        }
        // As nothing is between the parts, this is the first name if a brace is before it.
        if (bytes[at - 1] != '{') {
            expect(',');
        }
        expect('"');
        int start = at;
        skipRestOfText();
        int length = at - 1 - start;
        expect(':');
        String known = recent.find(bytes, start, start + length);
        if (known != null) {
            return known;
        }
        if (length > LONGEST_NAME || Bytes.indexOf('\\', bytes, start, at) < at) {
            throw new UnusualException();
        }
        return recent.keep(bytes, start, start + length, string(start, length));
    }

    @Override
    public @Nullable String text() {
        if (peek() != '"') {
            skip();
            return null;
        }
        at++;
        int start = at;
        skipRestOfText();
        int textEnd = at - 1;
        String known = recent.find(bytes, start, textEnd);
        if (known != null) {
            return known;
        }
        int escape = Bytes.indexOf('\\', bytes, start, textEnd);
        return recent.keep(
                bytes,
                start,
                textEnd,
                escape == textEnd ? string(start, textEnd - start) : unescaped(start, escape, textEnd));
    }

    private String string(int start, int length) {
        return new String(bytes, start, length, StandardCharsets.UTF_8);
    }

    private String unescaped(int start, int firstEscape, int textEnd) {
        StringBuilder text = new StringBuilder(textEnd - start);
        int from = start;
        int escape = firstEscape;
        while (escape < textEnd) {
            text.append(string(from, escape - from));
            byte escaped = bytes[escape + 1];
            from = escape + 2;
            if (escaped == 'u') {
                from += DIGITS_OF_ESCAPE;
                text.append((char) Integer.parseInt(string(escape + 2, DIGITS_OF_ESCAPE), HEXADECIMAL));
            } else {
                text.append(
                        switch (escaped) {
                            case 'b' -> '\b';
                            case 'f' -> '\f';
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            case 't' -> '\t';
                            default -> (char) escaped;
                        });
            }
            escape = Bytes.indexOf('\\', bytes, from, textEnd);
        }
        return text.append(string(from, textEnd - from)).toString();
    }

    @Override
    public int integer(int other) {
        int start = at;
        skip();
        int length = at - start;
        byte first = bytes[start];
        if (first != '-' && (first < '0' || first > '9')) {
            return other;
        }
        if (length > MOST_DIGITS_OF_INTEGER) {
            throw new UnusualException();
        }
        return Integer.parseInt(string(start, length));
    }
}
