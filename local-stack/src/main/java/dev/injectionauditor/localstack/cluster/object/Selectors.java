package dev.injectionauditor.localstack.cluster.object;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Label and field selectors, as objects and as text in a query (Kubernetes documentation, "Labels and Selectors"). */
public final class Selectors {

    private static final Pattern SET = Pattern.compile("([^\\s!=,()]+)\\s+(in|notin)\\s+\\(([^)]*)\\)");
    private static final Pattern EQUALITY = Pattern.compile("([^\\s!=]+)\\s*(==|=|!=)\\s*(\\S*)");
    private static final Pattern EXISTENCE = Pattern.compile("(!?)\\s*([^\\s!=,()]+)");
    private static final Pattern BETWEEN_TERMS = Pattern.compile(",(?![^(]*\\))");
    private static final Pattern BETWEEN_VALUES = Pattern.compile("\\s*,\\s*");

    private static final Set<String> FIELDS_OF_ALL = Set.of("metadata.name", "metadata.namespace");
    private static final Set<String> FIELDS_OF_PODS = Set.of(
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "status.phase",
            "status.podIP");

    private Selectors() {}

    /** Whether a LabelSelector matches; one that is absent or empty matches everything. */
    public static boolean matches(JsonNode selector, Map<String, String> labels) {
        boolean allLabels = selector.path("matchLabels").properties().stream()
                .allMatch(wanted -> wanted.getValue().asString().equals(labels.get(wanted.getKey())));
        return allLabels
                && Json.elements(selector.path("matchExpressions"))
                        .allMatch(expression -> matchesOne(expression, labels));
    }

    private static boolean matchesOne(JsonNode expression, Map<String, String> labels) {
        Set<String> values =
                Json.elements(expression.path("values")).map(JsonNode::asString).collect(Collectors.toSet());
        return matchesOne(
                Json.textOrEmpty(expression, "operator"), labels.get(Json.textOrEmpty(expression, "key")), values);
    }

    private static boolean matchesOne(String operator, @Nullable String value, Set<String> values) {
        return switch (operator) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> throw ApiException.badRequest("unknown operator in a selector: " + operator);
        };
    }

    /** The predicate of {@code labelSelector} in a query. */
    public static Predicate<ObjectNode> labels(@Nullable String selector) {
        if (selector == null || selector.isBlank()) {
            return object -> true;
        }
        Predicate<Map<String, String>> all = Arrays.stream(BETWEEN_TERMS.split(selector))
                .map(term -> label(term.strip()))
                .reduce(labels -> true, Predicate::and);
        return object -> all.test(Json.labels(object));
    }

    private static Predicate<Map<String, String>> label(String term) {
        Matcher set = SET.matcher(term);
        if (set.matches()) {
            Set<String> values =
                    Arrays.stream(BETWEEN_VALUES.split(set.group(3).strip())).collect(Collectors.toSet());
            String operator = set.group(2).equals("in") ? "In" : "NotIn";
            return labels -> matchesOne(operator, labels.get(set.group(1)), values);
        }
        Matcher equality = EQUALITY.matcher(term);
        if (equality.matches()) {
            String operator = equality.group(2).equals("!=") ? "NotIn" : "In";
            return labels -> matchesOne(operator, labels.get(equality.group(1)), Set.of(equality.group(3)));
        }
        Matcher existence = EXISTENCE.matcher(term);
        if (!existence.matches()) {
            throw ApiException.badRequest("unable to parse requirement: " + term);
        }
        return labels ->
                labels.containsKey(existence.group(2)) == existence.group(1).isEmpty();
    }

    /** The predicate of {@code fieldSelector} in a query. */
    public static Predicate<ObjectNode> fields(Kind kind, @Nullable String selector) {
        if (selector == null || selector.isBlank()) {
            return object -> true;
        }
        return Arrays.stream(selector.split(","))
                .map(term -> field(kind, term.strip()))
                .reduce(object -> true, Predicate::and);
    }

    private static Predicate<ObjectNode> field(Kind kind, String term) {
        Matcher equality = EQUALITY.matcher(term);
        if (!equality.matches()) {
            throw ApiException.badRequest("invalid field selector: " + term);
        }
        String name = equality.group(1);
        if (!FIELDS_OF_ALL.contains(name) && !(kind.equals(Kind.POD) && FIELDS_OF_PODS.contains(name))) {
            throw ApiException.badRequest("field label not supported: " + name);
        }
        String[] path = name.split("\\.");
        boolean wanted = !equality.group(2).equals("!=");
        return object -> Json.textOrEmpty(object, path).equals(equality.group(3)) == wanted;
    }
}
