package dev.injectionauditor.webhook;

import dev.injectionauditor.webhook.http.HttpsServer;
import dev.injectionauditor.webhook.tls.Certificates;
import dev.injectionauditor.webhook.tls.TlsIdentity;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the service says of itself when Kubernetes asks. Any thread may ask. */
final class WebhookHealth {

    /**
     * How long the port, with a certificate, may go without answering anybody, the service's own requests included,
     * before a restart is the better way. Without answering just those it may go for longer: {@link SelfCheck}.
     */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(3);

    private static final Optional<String> STARTING = Optional.of("starting");

    private final InstantSource clock;
    /** Null until the service has started. */
    private volatile @Nullable Port port;

    private volatile boolean stopping;

    WebhookHealth(InstantSource clock) {
        this.clock = clock;
    }

    private record Port(HttpsServer listener, SelfCheck selfCheck, Certificates certificates) {}

    /** The service has started. */
    void started(HttpsServer listener, SelfCheck selfCheck, Certificates certificates) {
        port = new Port(listener, selfCheck, certificates);
    }

    void stopping() {
        stopping = true;
    }

    /**
     * Why the service is better restarted. A start that hangs is a reason: Kubernetes waits as long as its startup
     * probe says. Kafka has no part in it, nor has a certificate that is not there yet: without them, the service is no
     * better off after a restart.
     */
    Optional<String> problem() {
        Port bound = port;
        if (stopping) {
            return Optional.empty();
        }
        if (bound == null) {
            return STARTING;
        }
        if (!bound.listener().isListening()) {
            return Optional.of("the listener is gone");
        }
        return bound.selfCheck().hasAnsweredWithin(LONGEST_SILENCE)
                ? Optional.empty()
                : Optional.of("the webhook's port has not answered for " + LONGEST_SILENCE.toSeconds() + " s");
    }

    /** Why the service is not to be asked. */
    Optional<String> unready() {
        Port bound = port;
        if (stopping) {
            return Optional.of("stopping");
        }
        if (bound == null) {
            return STARTING;
        }
        if (!bound.listener().isListening()) {
            return Optional.of("not listening");
        }
        TlsIdentity identity = bound.certificates().current();
        if (identity == null) {
            return Optional.of("there is no certificate yet");
        }
        if (!identity.isValidAt(clock.instant())) {
            return Optional.of("the certificate is valid from " + identity.notBefore() + " to " + identity.notAfter());
        }
        return bound.selfCheck().hasPassed()
                ? Optional.empty()
                : Optional.of("the webhook's port has not answered yet");
    }
}
