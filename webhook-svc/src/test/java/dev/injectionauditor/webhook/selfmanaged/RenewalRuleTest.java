package dev.injectionauditor.webhook.selfmanaged;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.webhook.selfmanaged.RenewalRule.Facts;
import dev.injectionauditor.webhook.selfmanaged.RenewalRule.Validity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times are days since the first authority was made; it lives for 90 days, a serving certificate for 30. */
class RenewalRuleTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final CertificatePolicy POLICY =
            new CertificatePolicy(Duration.ofDays(90), Duration.ofDays(30), Duration.ofDays(1));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // day | authorities made at | signer | serving made at | is the newest trusted, since when? | then
                "  0 |       | -1 |   0 | false |    | StartOver     | there is nothing",
                "  0 | 0     |  0 |   0 | false |    | Keep          | nothing can be done before it is trusted",
                "  0 | 0     |  0 |   0 | true  |    | NoteTrust     | it has just come to be trusted",
                "  1 | 0     |  0 |   0 | true  |  0 | Keep          | all is new",
                " 19 | 0     |  0 |   0 | true  |  0 | Keep          | two thirds are not over",
                " 20 | 0     |  0 |   0 | true  |  0 | SignServing   | two thirds are over",
                " 20 | 0     |  0 |   0 | false |    | Keep          | nobody trusts it yet, and the old one is still valid",
                " 31 | 0     |  0 |   0 | false |    | SignServing   | it has expired",
                "  1 | 0     | -1 |   0 | true  |  0 | SignServing   | it is for another name, or of another authority",
                " 60 | 0     |  0 |  50 | true  |  0 | AddAuthority  | two thirds of the authority are over",
                " 60 | 0 60  |  0 |  50 | false |    | Keep          | the new authority has to be known first",
                " 65 | 0 60  |  0 |  50 | true  |    | NoteTrust     | which begins late here",
                " 65 | 0 60  |  0 |  50 | true  | 65 | Keep          | and takes a while",
                " 66 | 0 60  |  0 |  50 | true  | 65 | SignServing   | now everybody knows it",
                " 66 | 0 60  |  0 |  50 | false | 65 | Keep          | but for somebody who took it away again",
                " 62 | 0 60  |  1 |  62 | true  | 60 | Keep          | both stay trusted",
                " 91 | 0 60  |  1 |  82 | true  | 60 | ForgetExpired | the old one has expired",
                " 91 | 0 60  |  0 |  70 | true  | 60 | SignServing   | the old one has expired while it was served from",
                "151 | 0 60  |  1 | 130 | true  | 60 | StartOver     | all authorities have expired",
            })
    void shouldDecide(
            long day,
            String authorities,
            int signer,
            long serving,
            boolean newestIsTrusted,
            Long trustedSince,
            String expected,
            String why) {
        Facts facts = new Facts(
                authorities == null
                        ? List.of()
                        : Stream.of(authorities.split(" "))
                                .map(made -> validity(Long.parseLong(made), POLICY.authorityLife()))
                                .toList(),
                signer,
                validity(serving, POLICY.servingLife()),
                newestIsTrusted,
                trustedSince == null ? null : day(trustedSince));

        Renewal renewal = RenewalRule.decide(facts, POLICY, day(day));

        assertThat(renewal.getClass().getSimpleName()).as(why).isEqualTo(expected);
    }

    /** As certificates are made: they begin a little earlier. A few minutes do not matter to the days above. */
    private static Validity validity(long day, Duration life) {
        return new Validity(
                day(day).minus(CertificatePolicy.CLOCK_SKEW),
                day(day).plus(life).minusSeconds(900));
    }

    private static Instant day(long day) {
        return START.plus(Duration.ofDays(day));
    }
}
