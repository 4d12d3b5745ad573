package dev.injectionauditor.localstack.junit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The README of the project, for tests that hold it against the code. They run in the folder of a module. */
public final class Readme {

    private static final Path FILE = Path.of("..", "README.md");
    private static final String FENCE = "```";

    private final List<String> lines;

    private Readme(List<String> lines) {
        this.lines = lines;
    }

    /**
     * A row of a table of options.
     *
     * @param name the option, such as {@code --port}
     * @param variable the environment variable that does the same
     * @param defaultText what the table gives for a default
     */
    public record Option(String name, String variable, String defaultText) {

        /** Whether the option has to be given. */
        public boolean isRequired() {
            return defaultText.equals("required");
        }

        /** The default, null if there is none or it is found out at run time: then words stand in its place. */
        public @Nullable String defaultValue() {
            return defaultText.matches("`[^`]+`") ? unquoted(defaultText) : null;
        }
    }

    /** Reads the file. */
    public static Readme read() throws IOException {
        return new Readme(Files.readAllLines(FILE));
    }

    /** The options in the tables under these headings, each a whole line. */
    public List<Option> options(String... headings) {
        List<Option> options = new ArrayList<>();
        for (String heading : headings) {
            after(heading)
                    .takeWhile(line -> !line.startsWith("#"))
                    .filter(line -> line.startsWith("| `--"))
                    .map(Readme::option)
                    .forEach(options::add);
        }
        return options;
    }

    /** The first block of code in this language. */
    public List<String> code(String language) {
        return after(FENCE + language).takeWhile(line -> !line.equals(FENCE)).toList();
    }

    private Stream<String> after(String start) {
        int index = lines.indexOf(start);
        if (index < 0) {
            throw new IllegalStateException("README.md has no line: " + start);
        }
        return lines.subList(index + 1, lines.size()).stream();
    }

    private static Option option(String row) {
        String[] cells = row.split("\\|");
        return new Option(unquoted(cells[1].strip()), unquoted(cells[2].strip()), cells[3].strip());
    }

    private static String unquoted(String cell) {
        return cell.replace("`", "");
    }
}
