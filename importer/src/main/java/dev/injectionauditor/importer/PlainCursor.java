package dev.injectionauditor.importer;

/**
 * Passes over JSON as API servers write it: without space between its parts, and nothing long or deep. It is checked in
 * full; whatever is not like that is refused, valid or not.
 */
class PlainCursor {

    private static final int BYTE = 0xff;
    private static final int DEEPEST = 60;
    static final int DIGITS_OF_ESCAPE = 4;
    static final int HEXADECIMAL = 16;
    static final int LONGEST_NAME = 1_000;
    private static final int MOST_DIGITS = 18;

    final byte[] bytes;
    private final int end;
    int at;

    /** The text is not as API servers write it. */
    static final class UnusualException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnusualException() {
            super(null, null, false, false);
        }
    }

    PlainCursor(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
    }

    final byte peek() {
        if (at >= end) {
            throw new UnusualException();
        }
        return bytes[at];
    }

    final void expect(char expected) {
        if (peek() != expected) {
            throw new UnusualException();
        }
        at++;
    }

    /** Passes over a value; as {@link Json#skip} says. */
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
    final void skipRestOfText() {
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
