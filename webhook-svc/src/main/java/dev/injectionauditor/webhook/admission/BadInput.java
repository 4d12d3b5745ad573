package dev.injectionauditor.webhook.admission;

import java.util.Locale;

/**
 * Why a request gets no admission answer. Each reason has an HTTP status of 4xx: the API server takes any of them for a
 * failed call, never for a refusal of the Pod, and follows its {@code failurePolicy}.
 */
public enum BadInput {
    /** A caller without the client certificate that is asked for. */
    CALLER(403, "callers need a client certificate here"),
    /** Another path than the webhook's. */
    PATH(404, "there is nothing under this path"),
    /** Another method than POST. */
    METHOD(405, "only POST is answered here"),
    /** Another content type than JSON, or a compressed body. */
    CONTENT_TYPE(415, "the body must be plain application/json"),
    /** A body over the limit. */
    TOO_LARGE(413, "the body is over the limit"),
    /** Bytes that are not HTTP/1.1, or headers over the limit. */
    BAD_HTTP(400, "not a well-formed HTTP request"),
    /** A request that did not arrive whole in time. Its connection is closed without an answer. */
    TOO_SLOW(408, "the request did not arrive in time"),
    /** No body. */
    EMPTY(400, "the body is empty"),
    /** Not JSON, or nested too deeply. */
    NOT_JSON(400, "the body is not JSON"),
    /** JSON, but not an AdmissionReview of admission.k8s.io/v1. */
    NOT_A_REVIEW(400, "the body is not an AdmissionReview of admission.k8s.io/v1"),
    /** An AdmissionReview without a request. */
    NO_REQUEST(400, "the AdmissionReview has no request"),
    /** A field of the request has the wrong type or is missing. */
    MALFORMED_REQUEST(400, "the request of the AdmissionReview is malformed"),
    /** A field that the answer rests on is there twice. */
    DUPLICATE_FIELD(400, "a field is there twice"),
    /** The uid of the request is not a UUID. */
    REQUEST_UID(400, "request.uid is not a UUID"),
    /** The request is about something else than v1 Pods. */
    OTHER_KIND(400, "the request is not about v1 Pods"),
    /** The object is missing or not shaped like a Pod. */
    MALFORMED_POD(400, "request.object is not a Pod");

    private final int httpStatus;
    private final String text;

    BadInput(int httpStatus, String text) {
        this.httpStatus = httpStatus;
        this.text = text;
    }

    /** The HTTP status to answer with, 400 to 499. */
    public int httpStatus() {
        return httpStatus;
    }

    /** What is wrong, in a few plain words. */
    public String text() {
        return text;
    }

    /** The name as a metric tag, such as {@code not-json}. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
