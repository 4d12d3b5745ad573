package dev.injectionauditor.auditor.policy;

import dev.injectionauditor.schema.RecreationMode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a Pod or a namespace says about recreation in its labels and annotations. */
public final class RecreationSetting {

    /** The label or annotation that says {@code off}, {@code plan} or {@code recreate}; the annotation wins. */
    public static final String MODE_KEY = "injection-auditor.dev/recreation";

    /** A Pod with this annotation, whatever its value, is never recreated. */
    public static final String NEVER_KEY = "injection-auditor.dev/never-recreate";

    private static final Set<String> CRITICAL_CLASSES = Set.of("system-node-critical", "system-cluster-critical");

    private RecreationSetting() {}

    /** What an object asks for; null if nothing. A value that is none of the modes counts as off, to be safe. */
    public static @Nullable RecreationMode mode(
            @Nullable Map<String, String> labels, @Nullable Map<String, String> annotations) {
        if (annotations != null && annotations.containsKey(MODE_KEY)) {
            return parse(annotations.get(MODE_KEY));
        }
        return labels != null && labels.containsKey(MODE_KEY) ? parse(labels.get(MODE_KEY)) : null;
    }

    /** Whether a Pod is exempt, whatever the modes say. */
    public static boolean isExempt(@Nullable Map<String, String> annotations) {
        return annotations != null && annotations.containsKey(NEVER_KEY);
    }

    /** Whether Pods of this priority class are critical for the system. */
    public static boolean isSystemCritical(@Nullable String priorityClass) {
        return priorityClass != null && CRITICAL_CLASSES.contains(priorityClass);
    }

    /** The mode that holds for a Pod: the nearest one. */
    public static RecreationMode effective(
            @Nullable RecreationMode pod, @Nullable RecreationMode namespace, RecreationMode cluster) {
        if (pod != null) {
            return pod;
        }
        return namespace != null ? namespace : cluster;
    }

    private static RecreationMode parse(@Nullable String text) {
        for (RecreationMode mode : RecreationMode.values()) {
            if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
                return mode;
            }
        }
        return RecreationMode.OFF;
    }
}
