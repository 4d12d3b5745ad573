package dev.injectionauditor.webhook.admission;

import dev.injectionauditor.webhook.admission.Review.Type;
import java.util.UUID;

/** What to do about a request. */
sealed interface Decision {

    /** Allow it with a patch: a Pod is to be created. */
    record Inject(UUID requestUid, Pod pod) implements Decision {}

    /**
     * Allow it unchanged: nothing is to be created, and {@code env} of an existing Pod is immutable, so that a patch
     * would reject the request.
     */
    record Ignore() implements Decision {}

    /** Give no admission answer. */
    record Reject(BadInput reason, String detail) implements Decision {}

    /** Decides. Never refuses: a Pod is not turned away because of this webhook. */
    static Decision of(Review review) {
        UUID uid = Uuids.parse(review.uid());
        if (uid == null) {
            return reject(BadInput.REQUEST_UID);
        }
        if (!new Type("", "v1", "pods").equals(review.resource())) {
            return reject(BadInput.OTHER_KIND);
        }
        if (review.operation() == null) {
            return new Reject(BadInput.MALFORMED_REQUEST, "request.operation is missing");
        }
        if (!review.operation().equals("CREATE") || review.subResource() != null) {
            return new Ignore();
        }
        if (!new Type("", "v1", "Pod").equals(review.kind())) {
            return reject(BadInput.OTHER_KIND);
        }
        if (review.podProblem() != null) {
            return new Reject(BadInput.MALFORMED_POD, BadInput.MALFORMED_POD.text() + ": " + review.podProblem());
        }
        return review.pod() == null ? reject(BadInput.MALFORMED_POD) : new Inject(uid, review.pod());
    }

    private static Reject reject(BadInput reason) {
        return new Reject(reason, reason.text());
    }
}
