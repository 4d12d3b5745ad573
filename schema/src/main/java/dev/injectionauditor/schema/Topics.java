package dev.injectionauditor.schema;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The names of the topics. Every record on each of them is keyed by the cluster id, and all of them have the same
 * number of partitions, so that one partition number holds all that concerns a cluster, in order.
 *
 * @param prefix what the names start with; {@link #DEFAULT_PREFIX} unless several installations share a Kafka
 */
public record Topics(String prefix) {

    /** The prefix that the design fixes. */
    public static final String DEFAULT_PREFIX = "injection-auditor";

    // Kafka allows 249 characters; the longest suffix and the dot take 20 of them.
    private static final Pattern VALID_PREFIX = Pattern.compile("[a-zA-Z0-9._-]{1,220}");

    /** @throws IllegalArgumentException if Kafka would not take the prefix as the start of a topic name */
    public Topics {
        if (!isValidPrefix(prefix)) {
            throw new IllegalArgumentException("topic prefix has other characters than letters, digits, '.', '_', '-'");
        }
    }

    /** The topics under their default names. */
    public static Topics defaults() {
        return new Topics(DEFAULT_PREFIX);
    }

    /** Whether Kafka takes the text as the start of a topic name. */
    public static boolean isValidPrefix(String prefix) {
        return VALID_PREFIX.matcher(prefix).matches();
    }

    /** The topic that carries this type of event. */
    public String of(EventType type) {
        return prefix + "." + type.topicSuffix();
    }

    /** All topics. */
    public List<String> all() {
        return Arrays.stream(EventType.values()).map(this::of).toList();
    }
}
