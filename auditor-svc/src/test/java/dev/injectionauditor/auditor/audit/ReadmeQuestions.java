package dev.injectionauditor.auditor.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The questions of schema/README.md. */
final class ReadmeQuestions {

    private static final Pattern QUESTION =
            Pattern.compile("### \\d+\\. ([^\n]+)\n\n```sql\n(.+?)```\n\n```text\n(.*?)```\n", Pattern.DOTALL);

    private ReadmeQuestions() {}

    record Question(String text, String sql, String answer) {}

    static List<Question> all() throws IOException {
        return QUESTION.matcher(text())
                .results()
                .map(found -> new Question(found.group(1), found.group(2), found.group(3)))
                .toList();
    }

    /** How many there are, whether they can be read or not. */
    static long count() throws IOException {
        return text().lines().filter(line -> line.matches("### \\d+\\. .*")).count();
    }

    private static String text() throws IOException {
        return Files.readString(Path.of("../schema/README.md"));
    }
}
