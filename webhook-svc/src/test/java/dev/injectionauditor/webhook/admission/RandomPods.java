package dev.injectionauditor.webhook.admission;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Writes creations of Pods that an API server could send: any shape that a Pod may have, fields in any order. */
final class RandomPods {

    private static final List<String> TEXTS = List.of(
            "web",
            "",
            "KUBERNETES_SERVICE_HOST",
            "KUBERNETES_SERVICE_HOST ",
            "kubernetes_service_host",
            "\\u004bUBERNETES_SERVICE_HOST",
            "a\\\"b\\\\c\\n",
            "\u00e4\u4e2d\ud83d\ude00",
            "{\\\"containers\\\":[{}]}",
            "~1/~0");

    private final Random random;

    RandomPods(Random random) {
        this.random = random;
    }

    byte[] creation() {
        List<String> fields = new ArrayList<>(List.of(
                "\"uid\":\"" + Reviews.UID + "\"",
                "\"kind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"}",
                "\"resource\":{\"group\":\"\",\"version\":\"v1\",\"resource\":\"pods\"}",
                "\"requestKind\":{\"group\":\"\",\"version\":\"v1\",\"kind\":\"Pod\"}",
                "\"namespace\":\"shop\"",
                "\"operation\":\"CREATE\"",
                "\"userInfo\":{\"username\":" + text() + ",\"groups\":[" + text() + "]}",
                "\"oldObject\":null",
                "\"dryRun\":" + random.nextBoolean(),
                "\"object\":" + pod()));
        Collections.shuffle(fields, random);
        return ("{\"request\":" + object(fields)
                        + ",\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\"}")
                .getBytes(UTF_8);
    }

    private String pod() {
        List<String> fields =
                new ArrayList<>(List.of("\"kind\":\"Pod\"", "\"apiVersion\":\"v1\"", "\"spec\":" + spec()));
        maybe(fields, "\"metadata\":" + metadata());
        maybe(fields, "\"status\":{\"containers\":[{\"env\":[]}]}");
        return object(fields);
    }

    private String metadata() {
        List<String> fields = new ArrayList<>();
        maybe(fields, "\"name\":" + text());
        maybe(fields, "\"generateName\":" + text());
        maybe(fields, "\"labels\":{" + text() + ":" + text() + "}");
        maybe(fields, "\"annotations\":" + annotations());
        maybe(fields, "\"managedFields\":[{\"fieldsV1\":{\"f:spec\":{\"f:containers\":{}}}}]");
        return object(fields);
    }

    private String annotations() {
        return switch (random.nextInt(5)) {
            case 0 -> "null";
            case 1 -> "{}";
            case 2 -> "{\"injection-auditor.dev/admission\":" + text() + "}";
            case 3 -> "{\"injection-auditor.dev~1admission\":" + text() + "}";
            default -> "{" + text() + ":" + text() + "}";
        };
    }

    private String spec() {
        List<String> fields = new ArrayList<>(List.of("\"containers\":" + containers(random.nextInt(1, 6))));
        maybe(fields, "\"initContainers\":" + (random.nextInt(4) == 0 ? "null" : containers(random.nextInt(4))));
        maybe(fields, "\"ephemeralContainers\":[{\"name\":\"debug\",\"env\":[]}]");
        maybe(fields, "\"nodeSelector\":{" + text() + ":" + text() + "}");
        maybe(fields, "\"volumes\":[{\"name\":" + text() + ",\"emptyDir\":{}}]");
        return object(fields);
    }

    private String containers(int count) {
        List<String> containers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> fields = new ArrayList<>(List.of("\"name\":\"c" + i + "\""));
            maybe(fields, "\"image\":" + text());
            maybe(fields, "\"args\":[" + text() + "]");
            maybe(fields, "\"env\":" + env());
            maybe(fields, "\"envFrom\":[{\"configMapRef\":{\"name\":\"KUBERNETES_SERVICE_HOST\"}}]");
            containers.add(object(fields));
        }
        return "[" + String.join(space() + ",", containers) + "]";
    }

    private String env() {
        if (random.nextInt(6) == 0) {
            return "null";
        }
        List<String> entries = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            List<String> fields = new ArrayList<>(List.of("\"name\":" + text()));
            maybe(fields, "\"value\":" + text());
            maybe(fields, "\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.hostIP\"}}");
            entries.add(object(fields));
        }
        return "[" + String.join(",", entries) + "]";
    }

    private void maybe(List<String> fields, String field) {
        if (random.nextBoolean()) {
            fields.add(random.nextInt(fields.size() + 1), field);
        }
    }

    private String object(List<String> fields) {
        return "{" + space() + String.join("," + space(), fields) + space() + "}";
    }

    private String space() {
        return random.nextInt(10) == 0 ? " \n\t" : "";
    }

    private String text() {
        return "\"" + TEXTS.get(random.nextInt(TEXTS.size())) + "\"";
    }
}
