package dev.injectionauditor.webhook.admission;

import java.util.List;

/**
 * The JSON Patch (RFC 6902) that stamps a Pod and injects the variable. It has {@code add} operations only, and none of
 * their paths goes through a value that is null or absent: RFC 6902 forbids it, and the API server's implementation
 * (evanphx/json-patch v4) fails on null as it does on absent. It fits in any order, because no operation moves what
 * another one points to.
 */
final class PodPatch {

    private static final int LENGTH_OF_AN_OPERATION = 128;
    private static final String ESCAPED_STAMP =
            Injector.STAMP.replace("~", "~0").replace("/", "~1");

    private final StringBuilder json;
    private final String variable;
    private int patched;

    private PodPatch(Pod pod, String stamp, String value) {
        variable = "{\"name\":\"" + Injector.VARIABLE + "\",\"value\":\"" + value + "\"}";
        int operations = 1 + pod.initContainers().size() + pod.containers().size();
        json = new StringBuilder(operations * LENGTH_OF_AN_OPERATION);
        json.append('[');
        stamp(pod, stamp);
        inject("/spec/initContainers/", pod.initContainers());
        inject("/spec/containers/", pod.containers());
        json.append(']');
    }

    /**
     * Makes the patch.
     *
     * @param stamp value of the stamp; must not need escaping in JSON
     * @param value value of the variable; must not need escaping in JSON
     */
    static PodPatch of(Pod pod, String stamp, String value) {
        return new PodPatch(pod, stamp, value);
    }

    private void stamp(Pod pod, String stamp) {
        String member = "\"" + Injector.STAMP + "\":\"" + stamp + "\"";
        if (!pod.hasMetadata()) {
            add("/metadata", "{\"annotations\":{" + member + "}}");
        } else if (!pod.hasAnnotations()) {
            add("/metadata/annotations", "{" + member + "}");
        } else {
            add("/metadata/annotations/" + ESCAPED_STAMP, "\"" + stamp + "\"");
        }
    }

    private void inject(String list, List<ContainerEnv> containers) {
        for (int i = 0; i < containers.size(); i++) {
            switch (containers.get(i)) {
                case ABSENT -> {
                    add(list + i + "/env", "[" + variable + "]");
                    patched++;
                }
                case WITHOUT_VARIABLE -> {
                    add(list + i + "/env/-", variable);
                    patched++;
                }
                case WITH_VARIABLE, NOT_A_CONTAINER -> {
                    // nothing to add
                }
            }
        }
    }

    private void add(String path, String value) {
        if (json.length() > 1) {
            json.append(',');
        }
        json.append("{\"op\":\"add\",\"path\":\"")
                .append(path)
                .append("\",\"value\":")
                .append(value)
                .append('}');
    }

    /** Number of containers that the patch gives the variable to. */
    int patched() {
        return patched;
    }

    /** The patch as JSON, in ASCII. */
    String json() {
        return json.toString();
    }
}
