package dev.injectionauditor.webhook.admission;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collections;

/** Writes AdmissionReviews for tests. */
final class Reviews {

    static final String UID = "5f0cc5ad-2a1c-44d9-a1ef-2f0e4b4d7d11";

    private static final String POD_REQUEST = """
            "kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},\
            "namespace":"shop","operation":"CREATE"\
            """;

    private Reviews() {}

    /** The creation of this Pod, as JSON. */
    static byte[] creating(String pod) {
        return of("\"uid\":\"" + UID + "\"," + POD_REQUEST + ",\"object\":" + pod);
    }

    /** The creation of a Pod with this spec and an annotation, as JSON. */
    static byte[] creatingWithSpec(String spec) {
        return creating("{\"metadata\":{\"name\":\"a\",\"annotations\":{\"x\":\"y\"}},\"spec\":" + spec + "}");
    }

    /** A review of which these are the fields of the request, as JSON. */
    static byte[] of(String requestFields) {
        return ("{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{" + requestFields
                        + "}}")
                .getBytes(UTF_8);
    }

    /** Containers, each written as this, with commas. */
    static String times(int count, String container) {
        return String.join(",", Collections.nCopies(count, container));
    }
}
