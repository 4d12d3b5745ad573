package dev.injectionauditor.localstack.cluster.object;

import tools.jackson.databind.node.ObjectNode;

/** An answer that is a failure: a Status, as the API server words it. */
public final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient ObjectNode status;
    private final int code;

    private ApiException(int code, String reason, String message) {
        super(message, null, false, false);
        this.code = code;
        this.status = status(code, reason, message);
    }

    /** A Failure without a reason: what a handler gives back instead of an object. */
    public static ApiException failure(int code, String message) {
        return new ApiException(code, "", message);
    }

    /** 404: no object of this name. */
    public static ApiException notFound(Kind kind, String name) {
        return of(404, "NotFound", kind, name, kind.resource() + " \"" + name + "\" not found");
    }

    /** 404: nothing is served there. */
    public static ApiException noSuchPath() {
        return new ApiException(404, "NotFound", "the server could not find the requested resource");
    }

    /** 409: the name is taken. */
    public static ApiException alreadyExists(Key key) {
        return of(
                409,
                "AlreadyExists",
                key.kind(),
                key.name(),
                key.kind().resource() + " \"" + key.name() + "\" already exists");
    }

    /** 409, with a reason of one's own. */
    public static ApiException conflict(Key key, String why) {
        return of(
                409,
                "Conflict",
                key.kind(),
                key.name(),
                "Operation cannot be fulfilled on " + key.kind().resource() + " \"" + key.name() + "\": " + why);
    }

    /** 409: it is not the version that the change is for. */
    public static ApiException changedMeanwhile(Key key) {
        return conflict(
                key, "the object has been modified; please apply your changes to the latest version and try again");
    }

    /** 422: the object is not valid. */
    public static ApiException invalid(Kind kind, String name, String why) {
        return invalid(kind.name(), kind.group(), name, why);
    }

    /** As above, by the name and the group of the kind. */
    public static ApiException invalid(String kind, String group, String name, String why) {
        String what = group.isEmpty() ? kind : kind + "." + group;
        ApiException failure = new ApiException(422, "Invalid", what + " \"" + name + "\" is invalid: " + why);
        failure.details(kind, group, name).putArray("causes").addObject().put("message", why);
        return failure;
    }

    /** A JSON patch that does not apply to what is stored. */
    public static ApiException unprocessable(String message) {
        return new ApiException(422, "Invalid", message);
    }

    /** 403. */
    public static ApiException forbidden(Kind kind, String name, String why) {
        return of(403, "Forbidden", kind, name, kind.resource() + " \"" + name + "\" is forbidden: " + why);
    }

    /** 400. */
    public static ApiException badRequest(String message) {
        return new ApiException(400, "BadRequest", message);
    }

    /** 405. */
    public static ApiException methodNotAllowed() {
        return new ApiException(
                405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    }

    /** 415. */
    public static ApiException unsupportedMediaType(String type) {
        return new ApiException(415, "UnsupportedMediaType", "the simulation does not accept " + type);
    }

    /** 500. */
    public static ApiException internal(String message) {
        return new ApiException(500, "InternalError", "Internal error occurred: " + message);
    }

    /** 410: the version is forgotten. */
    public static ApiException expired(String message) {
        return new ApiException(410, "Expired", message);
    }

    /** A refusal by a webhook, which may choose code and reason. */
    public static ApiException rejected(int code, String reason, String message) {
        return new ApiException(code, reason, message);
    }

    /** Too many requests because a disruption budget says so. */
    public static ApiException budget(String message, String cause) {
        ApiException refused = new ApiException(429, "TooManyRequests", message);
        refused.status
                .putObject("details")
                .putArray("causes")
                .addObject()
                .put("reason", "DisruptionBudget")
                .put("message", cause);
        return refused;
    }

    private static ApiException of(int code, String reason, Kind kind, String name, String message) {
        ApiException failure = new ApiException(code, reason, message);
        failure.details(kind.plural(), kind.group(), name);
        return failure;
    }

    private ObjectNode details(String kind, String group, String name) {
        ObjectNode details = status.putObject("details").put("name", name);
        if (!group.isEmpty()) {
            details.put("group", group);
        }
        return details.put("kind", kind);
    }

    /** A Status with the result Success. */
    public static ObjectNode success() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        return status.put("status", "Success");
    }

    /** A Status with the result Failure. */
    public static ObjectNode status(int code, String reason, String message) {
        ObjectNode status = Json.object()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("message", message)
                .put("code", code);
        status.putObject("metadata");
        if (!reason.isEmpty()) {
            status.put("reason", reason);
        }
        return status;
    }

    /** The HTTP status. */
    public int code() {
        return code;
    }

    /** The Status object of the answer. */
    public ObjectNode status() {
        return status;
    }
}
