package dev.injectionauditor.service;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads raw option values into typed settings and keeps every mistake, so that an operator sees all of them at once. A
 * reading method that finds a mistake notes it and returns a harmless stand-in; {@link #check()} then throws before
 * anybody uses it. Messages name the option and never the value of a secret.
 *
 * <p>Used by one thread while a service starts.
 */
public final class Settings {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private final List<String> problems = new ArrayList<>();

    /** Notes a mistake. */
    public void problem(String option, String what) {
        problems.add(option + ": " + what);
    }

    /** @throws BadSettingsException if there was any mistake */
    public void check() {
        if (!problems.isEmpty()) {
            throw new BadSettingsException(problems);
        }
    }

    /** A text that must be there and not be blank. */
    public String text(String option, @Nullable String value) {
        if (value == null || value.isBlank()) {
            problem(option, "is missing");
            return "";
        }
        return value;
    }

    /** A text that must be there and pass a test; {@code expected} completes the sentence "must be". */
    public String text(String option, @Nullable String value, Predicate<String> valid, String expected) {
        String text = text(option, value);
        if (!text.isEmpty() && !valid.test(text)) {
            problem(option, "must be " + expected);
        }
        return text;
    }

    /** A whole number in a range, both ends included. */
    public int number(String option, @Nullable String value, int least, int most) {
        String text = text(option, value);
        if (text.isEmpty()) {
            return least;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // falls through to the same message: the range says that it is a number
        }
        problem(option, "must be a whole number from " + least + " to " + most);
        return least;
    }

    /** A TCP port; 0 takes any free one. */
    public int port(String option, @Nullable String value) {
        return number(option, value, 0, 65_535);
    }

    /** A length of time such as {@code 500ms}, {@code 10s}, {@code 5m}, {@code 24h}, {@code 30d}, or ISO-8601. */
    public Duration duration(String option, @Nullable String value, Duration least, Duration most) {
        String text = text(option, value);
        if (text.isEmpty()) {
            return least;
        }
        Optional<Duration> parsed = parseDuration(text);
        if (parsed.isEmpty()) {
            problem(option, "must be a length of time such as 500ms, 10s or 5m");
            return least;
        }
        Duration duration = parsed.get();
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            problem(option, "must be from " + inWords(least) + " to " + inWords(most));
            return least;
        }
        return duration;
    }

    /** A file that must exist and be readable. */
    public Path file(String option, @Nullable String value) {
        String text = text(option, value);
        Path path = Path.of(text);
        if (!text.isEmpty() && !(Files.isRegularFile(path) && Files.isReadable(path))) {
            problem(option, "is not a readable file: " + text);
        }
        return path;
    }

    /** One of a few words. */
    public <T> T choice(String option, @Nullable String value, List<T> choices, Function<T, String> word) {
        String text = text(option, value);
        for (T choice : choices) {
            if (word.apply(choice).equals(text)) {
                return choice;
            }
        }
        if (!text.isEmpty()) {
            problem(
                    option,
                    "must be one of "
                            + String.join(", ", choices.stream().map(word).toList()));
        }
        return choices.getFirst();
    }

    private static Optional<Duration> parseDuration(String text) {
        Matcher parts = DURATION.matcher(text);
        if (parts.matches()) {
            long amount = Long.parseLong(parts.group(1));
            return Optional.of(
                    switch (parts.group(2)) {
                        case "ms" -> Duration.ofMillis(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "h" -> Duration.ofHours(amount);
                        case "d" -> Duration.ofDays(amount);
                        default -> throw new IllegalStateException("the pattern allows no other unit");
                    });
        }
        try {
            return Optional.of(Duration.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static String inWords(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
