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
                // day | authorities made at | signer | serving made at | is the newest trusted?
                "  0 |       | -1 |   0 | false | StartOver     | there is nothing",
                "  1 | 0     |  0 |   0 | true  | Keep          | all is new",
                " 19 | 0     |  0 |   0 | true  | Keep          | two thirds are not over",
                " 20 | 0     |  0 |   0 | true  | SignServing   | two thirds are over",
                " 20 | 0     |  0 |   0 | false | Keep          | nobody trusts it yet, and the old one is still valid",
                " 31 | 0     |  0 |   0 | false | SignServing   | it has expired",
                "  1 | 0     | -1 |   0 | true  | SignServing   | it is for another name, or of another authority",
                " 60 | 0     |  0 |  50 | true  | AddAuthority  | two thirds of the authority are over",
                " 60 | 0 60  |  0 |  50 | false | Keep          | the new authority has to be known first",
                " 60 | 0 60  |  0 |  50 | true  | Keep          | and that takes a while",
                " 62 | 0 60  |  0 |  50 | false | Keep          | which has not even begun",
                " 62 | 0 60  |  0 |  50 | true  | SignServing   | now everybody knows it",
                " 62 | 0 60  |  1 |  62 | true  | Keep          | both stay trusted",
                " 91 | 0 60  |  1 |  82 | true  | ForgetExpired | the old one has expired",
                " 91 | 0 60  |  0 |  70 | true  | SignServing   | the old one has expired while it was served from",
                "151 | 0 60  |  1 | 130 | true  | StartOver     | all authorities have expired",
            })
    void shouldDecide(
            long day,
            String authorities,
            int signer,
            long serving,
            boolean newestIsTrusted,
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
                newestIsTrusted);

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
