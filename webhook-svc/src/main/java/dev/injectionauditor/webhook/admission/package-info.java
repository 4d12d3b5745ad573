/**
 * What the webhook decides: the bytes of an AdmissionReview become an answer with a JSON Patch, or a reason why there
 * is none.
 *
 * <p>For: whoever has a request body. May touch: nothing; every class here is a pure function of its arguments (time is
 * one of them) and knows neither HTTP servers nor Kafka. Data comes in as bytes and goes out as an
 * {@link dev.injectionauditor.webhook.admission.Outcome}. The way through: {@code ReviewReader} (bytes to
 * {@code Review}), {@code Decision} (what to do), {@code PodPatch} and {@code Answer} (back to bytes); {@code Injector}
 * joins them.
 *
 * <p>A patch that does not apply rejects the Pod, which is worse than no answer. So everything that the patch rests on
 * is checked, and what is not as the API server sends it is refused as bad input: then the API server fails open.
 */
@NullMarked
package dev.injectionauditor.webhook.admission;

import org.jspecify.annotations.NullMarked;
