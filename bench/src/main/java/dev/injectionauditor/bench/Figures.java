package dev.injectionauditor.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A table of results, as Markdown that can also be read in a terminal. */
public final class Figures {

    private final List<List<String>> rows = new ArrayList<>();

    /** A table with these columns; the first one says what a row is about. */
    public Figures(String... columns) {
        rows.add(List.of(columns));
    }

    /** Adds a row: texts as they are, numbers with three digits that count. */
    public Figures row(Object... cells) {
        rows.add(Arrays.stream(cells).map(Figures::text).toList());
        return this;
    }

    private static String text(Object cell) {
        if (!(cell instanceof Number number) || cell instanceof Long || cell instanceof Integer) {
            return cell instanceof Number whole
                    ? String.format(Locale.ROOT, "%,d", whole.longValue())
                    : cell.toString();
        }
        double value = number.doubleValue();
        int decimals = value == 0 ? 0 : Math.max(0, 2 - (int) Math.floor(Math.log10(Math.abs(value))));
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /** Prints it. */
    public void print(PrintStream out) {
        int[] widths = new int[rows.getFirst().size()];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        for (int line = 0; line < rows.size(); line++) {
            out.println(line(rows.get(line), widths));
            if (line == 0) {
                out.println(rule(widths));
            }
        }
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - cells.get(i).length());
            line.append(' ')
                    .append(i == 0 ? cells.get(i) + padding : padding + cells.get(i))
                    .append(" |");
        }
        return line.toString();
    }

    private static String rule(int[] widths) {
        StringBuilder rule = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            rule.append("-".repeat(widths[i] + 1)).append(i == 0 ? "-|" : ":|");
        }
        return rule.toString();
    }
}
