package dev.injectionauditor.webhook.admission;

import dev.injectionauditor.webhook.admission.Review.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Reads an AdmissionReview of admission.k8s.io/v1 from a stream of tokens and keeps only what the webhook needs.
 *
 * <p>Fields come in any order, so what the object is can be known last. Its problems are therefore kept in the
 * {@link Review}: they matter only if it turns out to be a Pod that is to be created.
 */
final class ReviewReader {

    private static final String API_VERSION = "admission.k8s.io/v1";
    private static final String KIND = "AdmissionReview";

    private static final List<String> REVIEW_FIELDS = List.of("kind", "apiVersion", "request");
    private static final List<String> REQUEST_FIELDS =
            List.of("uid", "kind", "resource", "subResource", "name", "namespace", "operation", "object", "dryRun");

    private final JsonCursor json;

    private @Nullable String apiVersion;
    private @Nullable String reviewKind;
    private boolean hasRequest;
    private @Nullable String problem;

    private @Nullable String uid;
    private @Nullable Type kind;
    private @Nullable Type resource;
    private @Nullable String subResource;
    private @Nullable String operation;
    private @Nullable String namespace;
    private @Nullable String name;
    private boolean dryRun;
    private @Nullable Pod pod;
    private @Nullable String podProblem;

    private ReviewReader(JsonCursor json) {
        this.json = json;
    }

    /** @throws BadInputException if the bytes are not such a review, or its request is malformed */
    static Review read(byte[] body) throws BadInputException {
        try (JsonCursor json = new JsonCursor(body)) {
            return new ReviewReader(json).read();
        } catch (JacksonException e) {
            // Jackson's own message could quote the body.
            throw new BadInputException(BadInput.NOT_JSON);
        }
    }

    private Review read() throws BadInputException {
        json.object("the body", REVIEW_FIELDS, this::readReviewField);
        noteProblem();
        if (!json.isAtEnd()) {
            throw new BadInputException(BadInput.NOT_JSON);
        }
        if (!API_VERSION.equals(apiVersion) || !KIND.equals(reviewKind)) {
            throw new BadInputException(BadInput.NOT_A_REVIEW);
        }
        if (problem != null) {
            throw new BadInputException(BadInput.MALFORMED_REQUEST, problem);
        }
        if (!hasRequest) {
            throw new BadInputException(BadInput.NO_REQUEST);
        }
        return new Review(uid, kind, resource, subResource, operation, namespace, name, dryRun, pod, podProblem);
    }

    private void readReviewField(String field) throws BadInputException {
        switch (field) {
            case "kind" -> reviewKind = json.text("kind");
            case "apiVersion" -> apiVersion = json.text("apiVersion");
            case "request" -> hasRequest = json.object("request", REQUEST_FIELDS, this::readRequestField);
            default -> throw new IllegalArgumentException(field);
        }
    }

    private void readRequestField(String field) throws BadInputException {
        switch (field) {
            case "uid" -> uid = json.text("request.uid");
            case "kind" -> kind = readType("request.kind", "kind");
            case "resource" -> resource = readType("request.resource", "resource");
            case "subResource" -> subResource = json.textUnlessEmpty("request.subResource");
            case "name" -> name = json.textUnlessEmpty("request.name");
            case "namespace" -> namespace = json.textUnlessEmpty("request.namespace");
            case "operation" -> operation = json.textUnlessEmpty("request.operation");
            case "object" -> readObject();
            case "dryRun" -> dryRun = json.flag("request.dryRun");
            default -> throw new IllegalArgumentException(field);
        }
    }

    private void readObject() throws BadInputException {
        noteProblem();
        pod = PodReader.read(json);
        podProblem = json.takeProblem();
    }

    private @Nullable Type readType(String path, String nameField) throws BadInputException {
        String[] parts = {"", "", ""};
        List<String> fields = List.of("group", "version", nameField);
        boolean there = json.object(path, fields, field -> {
            String text = json.text(path);
            parts[fields.indexOf(field)] = text == null ? "" : text;
        });
        return there ? new Type(parts[0], parts[1], parts[2]) : null;
    }

    private void noteProblem() {
        String found = json.takeProblem();
        problem = problem == null ? found : problem;
    }
}
