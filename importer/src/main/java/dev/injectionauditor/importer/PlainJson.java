package dev.injectionauditor.importer;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * JSON as API servers write it: without space between its parts, and nothing long or deep. It is checked in full, as
 * far as it is read; whatever is not like that is refused, valid or not.
 */
final class PlainJson implements Json {

    private static final int DEEPEST = 60;
    private static final int LONGEST_NAME = 1_000;
    private static final int MOST_DIGITS = 18;
    private static final int MOST_DIGITS_OF_INTEGER = 9;
    private static final int DIGITS_OF_ESCAPE = 4;
    private static final int HEXADECIMAL = 16;
    private static final int BYTE = 0xff;

    private final RecentTexts recent;
    private final byte[] bytes;
    private final int end;
    private int at;

    /** The text is not as API servers write it. */
    static final class UnusualException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnusualException() {
            super(null, null, false, false);
        }
    }

    PlainJson(RecentTexts recent, byte[] bytes, int offset, int length) {
        this.recent = recent;
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
    }

    private byte peek() {
        if (at >= end) {
            throw new UnusualException();
        }
        return bytes[at];
    }

    private void expect(char expected) {
        if (peek() != expected) {
            throw new UnusualException();
        }
        at++;
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

    @Override
    public void skip() {
        long arrays = 0;
        int depth = 0;
        while (true) {
            byte first = peek();
            if (first == '"') {
                at++;
                skipRestOfText();
            } else if (first == '{' || first == '[') {
                at++;
                if (peek() != first + 2) {
                    if (++depth > DEEPEST) {
                        throw new UnusualException();
                    }
                    arrays = arrays << 1 | (first == '[' ? 1 : 0);
                    if (first == '{') {
                        skipName();
                    }
                    continue;
                }
                at++;
            } else {
                skipWord(first);
            }
            while (depth > 0 && peek() == ((arrays & 1) == 1 ? ']' : '}')) {
                at++;
                depth--;
                arrays >>>= 1;
            }
            if (depth == 0) {
                return;
            }
            expect(',');
            if ((arrays & 1) == 0) {
                skipName();
            }
        }
    }

    private void skipName() {
        expect('"');
        int start = at;
        skipRestOfText();
        if (at - start > LONGEST_NAME) {
            throw new UnusualException();
        }
        expect(':');
    }

    /** From behind the first quotation mark to behind the second. */
    private void skipRestOfText() {
        while (true) {
            at = Bytes.endOfPlainText(bytes, at, end);
            byte stop = peek();
            at++;
            if (stop == '"') {
                return;
            }
            if (stop == '\\') {
                skipRestOfEscape();
            } else if (stop < 0) {
                skipRestOfCharacter(stop & BYTE);
            } else {
                throw new UnusualException();
            }
        }
    }

    private void skipRestOfEscape() {
        byte escaped = peek();
        at++;
        if (escaped == 'u') {
            skipDigitsOfEscape();
        } else if ("\"\\/bfnrt".indexOf(escaped) < 0) {
            throw new UnusualException();
        }
    }

    /** UTF-8 of two or three bytes, but for those first bytes after which not every second one is allowed. */
    private void skipRestOfCharacter(int first) {
        boolean two = first >= 0xc2 && first <= 0xdf;
        boolean three = first >= 0xe1 && first <= 0xef && first != 0xed;
        if (!two && !three) {
            throw new UnusualException();
        }
        for (int i = two ? 1 : 2; i > 0; i--) {
            // From 0x80 to 0xbf.
            if (peek() >= (byte) 0xc0) {
                throw new UnusualException();
            }
            at++;
        }
    }

    private void skipDigitsOfEscape() {
        for (int i = 0; i < DIGITS_OF_ESCAPE; i++) {
            if (Character.digit(peek(), HEXADECIMAL) < 0) {
                throw new UnusualException();
            }
            at++;
        }
    }

    private void skipWord(byte first) {
        switch (first) {
            case 't' -> skipWord("true");
            case 'f' -> skipWord("false");
            case 'n' -> skipWord("null");
            default -> skipInteger();
        }
        // A longer word would be another one.
        byte next = peek();
        if (next != ',' && next != '}' && next != ']') {
            throw new UnusualException();
        }
    }

    private void skipWord(String word) {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i));
        }
    }

    private void skipInteger() {
        if (peek() == '-') {
            at++;
        }
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        int digits = at - start;
        if (digits == 0 || digits > MOST_DIGITS || digits > 1 && bytes[start] == '0') {
            throw new UnusualException();
        }
    }
}
