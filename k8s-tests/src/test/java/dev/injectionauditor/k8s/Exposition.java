package dev.injectionauditor.k8s;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What services answer to {@code /metrics}: the names of metrics, and of the labels that they have. */
final class Exposition {

    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_:]+)(?:\\{(.*)})? ");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");
    private static final Pattern METRIC = Pattern.compile("\\binjection_auditor_\\w+");
    private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)\\s*(?:=|!=|=~|!~)\\s*\"");

    /** Labels that Prometheus itself gives to what it scrapes. */
    private static final Set<String> OF_THE_TARGET = Set.of("pod", "namespace", "job", "instance");

    private final Set<String> metrics = new TreeSet<>();
    private final Set<String> labels = new TreeSet<>(OF_THE_TARGET);

    private Exposition(List<String> texts) {
        for (String text : texts) {
            Matcher sample = SAMPLE.matcher(text);
            while (sample.find()) {
                metrics.add(sample.group(1));
                if (sample.group(2) != null) {
                    LABEL.matcher(sample.group(2)).results().forEach(label -> labels.add(label.group(1)));
                }
            }
        }
    }

    static Exposition of(String... texts) {
        return new Exposition(List.of(texts));
    }

    /** Metrics and labels in an expression that no service has. */
    List<String> unknown(String expression) {
        Set<String> unknown = new TreeSet<>();
        METRIC.matcher(expression).results().map(found -> found.group()).forEach(unknown::add);
        unknown.removeAll(metrics);
        GROUPING.matcher(expression)
                .results()
                .flatMap(found -> List.of(found.group(1).split(",")).stream())
                .map(String::strip)
                .filter(label -> !labels.contains(label))
                .forEach(unknown::add);
        MATCHER.matcher(expression)
                .results()
                .map(found -> found.group(1))
                .filter(label -> !labels.contains(label))
                .forEach(unknown::add);
        return List.copyOf(unknown);
    }
}
