package dev.injectionauditor.webhook;

import dev.injectionauditor.service.Failures;
import dev.injectionauditor.webhook.admission.BadInput;
import dev.injectionauditor.webhook.admission.Outcome;
import dev.injectionauditor.webhook.http.ServerListener;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what the server does and logs what an operator should look at. */
final class AdmissionReporter implements ServerListener {

    private static final Logger LOG = LoggerFactory.getLogger(AdmissionReporter.class);

    private final WebhookMetrics metrics;
    private final UUID selfCheck;
    private final LastAnswer lastAnswer;
    private final Map<BadInput, OncePerMinute> rejections = new EnumMap<>(BadInput.class);
    private final OncePerMinute defects = new OncePerMinute();
    private final OncePerMinute handshakes = new OncePerMinute();

    /**
     * A reporter.
     *
     * @param selfCheck uid of the service's own requests, which are not counted
     * @param lastAnswer is told of all others: their answers show that the port works
     */
    AdmissionReporter(WebhookMetrics metrics, UUID selfCheck, LastAnswer lastAnswer) {
        this.metrics = metrics;
        this.selfCheck = selfCheck;
        this.lastAnswer = lastAnswer;
        for (BadInput reason : BadInput.values()) {
            rejections.put(reason, new OncePerMinute());
        }
    }

    @Override
    public void answered(Outcome.Allowed outcome, long nanos) {
        if (!isSelfCheck(outcome)) {
            metrics.answered(outcome, nanos);
            lastAnswer.isNow();
        }
    }

    private boolean isSelfCheck(Outcome.Allowed outcome) {
        return outcome instanceof Outcome.Injected injected
                && injected.dryRun()
                && injected.admission().requestUid().equals(selfCheck);
    }

    @Override
    public void rejected(BadInput reason, String detail) {
        metrics.rejected(reason);
        if (rejections.get(reason).isDue()) {
            LOG.atWarn()
                    .addKeyValue("reason", reason.tag())
                    .addKeyValue("detail", detail)
                    .log("Turned a request away (more of this kind within a minute are only counted)");
        }
    }

    @Override
    public void failed(Throwable failure) {
        metrics.failed();
        if (defects.isDue()) {
            LOG.atError()
                    .setCause(failure)
                    .log("Could not answer a request (more of this within a minute are only counted)");
        }
    }

    @Override
    public void connectionFailed(Throwable failure) {
        metrics.connectionFailed();
        Throwable cause = failure.getCause() instanceof SSLException handshake ? handshake : failure;
        if (cause instanceof IOException && !(cause instanceof SSLException)) {
            return; // a peer that went away
        }
        if (handshakes.isDue()) {
            LOG.atWarn()
                    .addKeyValue("problem", Failures.inOneLine(cause))
                    .log(
                            "A connection failed, in its TLS handshake most likely (more within a minute are only counted)");
        }
    }
}
