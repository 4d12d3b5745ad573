package dev.injectionauditor.webhook.admission;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Base64;

/** The AdmissionReview that goes back. It always says {@code allowed: true}. */
final class Answer {

    private static final String HEAD =
            "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"response\":{\"uid\":\"";
    private static final String ALLOWED = "\",\"allowed\":true";
    private static final String PATCH = ",\"patchType\":\"JSONPatch\",\"patch\":\"";
    private static final String TAIL = "}}";

    private Answer() {}

    /**
     * Allows the request unchanged.
     *
     * @param uid the request's uid as it was sent; a UUID, so that nothing needs escaping
     */
    static byte[] unchanged(String uid) {
        return (HEAD + uid + ALLOWED + TAIL).getBytes(ISO_8859_1);
    }

    /**
     * Allows the request with a patch.
     *
     * @param patch a JSON Patch in ASCII
     */
    static byte[] withPatch(String uid, String patch) {
        String encoded = Base64.getEncoder().encodeToString(patch.getBytes(ISO_8859_1));
        return (HEAD + uid + ALLOWED + PATCH + encoded + "\"" + TAIL).getBytes(ISO_8859_1);
    }
}
