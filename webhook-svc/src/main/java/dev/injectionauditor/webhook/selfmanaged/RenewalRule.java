package dev.injectionauditor.webhook.selfmanaged;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides what is to be done about the certificates. */
final class RenewalRule {

    private RenewalRule() {}

    /**
     * From when to when a certificate is valid.
     *
     * @param notAfter the last moment
     */
    record Validity(Instant notBefore, Instant notAfter) {

        boolean includes(Instant time) {
            return !time.isBefore(notBefore) && !time.isAfter(notAfter);
        }

        boolean isDue(Instant now) {
            return CertificatePolicy.isDue(notBefore, notAfter, now);
        }
    }

    /**
     * What is known of the certificates.
     *
     * @param authorities oldest first
     * @param signer which of them signed the serving certificate, as an index; -1 if there is no serving certificate
     *     for the names of the Service, or none of them signed it
     * @param serving of the serving certificate; means nothing without a signer
     * @param newestIsTrusted whether {@code caBundle} has the newest authority
     * @param trustedSince since when it has, as far as that was written down; null if it was not
     */
    record Facts(
            List<Validity> authorities,
            int signer,
            Validity serving,
            boolean newestIsTrusted,
            @Nullable Instant trustedSince) {}

    /** Decides. */
    static Renewal decide(Facts facts, CertificatePolicy policy, Instant now) {
        List<Validity> authorities = facts.authorities();
        int newest = authorities.size() - 1;
        if (newest < 0 || !authorities.get(newest).includes(now)) {
            return new Renewal.StartOver();
        }
        boolean served = facts.signer() >= 0
                && authorities.get(facts.signer()).includes(now)
                && facts.serving().includes(now);
        if (!served) {
            return new Renewal.SignServing(); // the newest authority may not be trusted yet, but nothing else is either
        }
        if (authorities.stream().anyMatch(authority -> now.isAfter(authority.notAfter()))) {
            return new Renewal.ForgetExpired();
        }
        if (authorities.get(newest).isDue(now)) {
            return new Renewal.AddAuthority();
        }
        Instant since = facts.trustedSince();
        if (facts.newestIsTrusted() && since == null) {
            return new Renewal.NoteTrust();
        }
        boolean maySign = facts.newestIsTrusted() && since != null && !now.isBefore(since.plus(policy.spread()));
        boolean wanted = facts.signer() < newest || facts.serving().isDue(now);
        return wanted && maySign ? new Renewal.SignServing() : new Renewal.Keep();
    }
}
