package dev.injectionauditor.importer;

import java.util.function.Function;

/** Reads JSON as API servers write it faster, and all other JSON as {@link JacksonTexts} does. */
final class PlainTexts implements JsonTexts {

    private final RecentTexts recent = new RecentTexts();
    private final JsonTexts others;

    PlainTexts(JsonTexts others) {
        this.others = others;
    }

    @Override
    public <T> T read(byte[] bytes, int offset, int length, Function<Json, T> reading, T broken) {
        try {
            return reading.apply(new PlainJson(recent, bytes, offset, length));
        } catch (PlainCursor.UnusualException e) {
            return others.read(bytes, offset, length, reading, broken);
        }
    }
}
