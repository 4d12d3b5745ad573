package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.KafkaSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is away comes back, with or without a new process; a new password comes with a new process only. */
class AuditHealthIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    private static final List<String> LOOPS = List.of("audit", "outbox", "plan-recreation", "sweep");

    private final AtomicReference<Instant> now = new AtomicReference<>(ZERO);
    /** To connect, by the name of the thread. */
    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();

    @ParameterizedTest
    @CsvSource({"08001, true", ", true", "28P01, false"})
    void shouldExcuseADatabaseThatIsAwayButNotOneThatRefusesThePassword(String sqlState, boolean isExcused) {
        // Given a role without its database
        Topics topics = SERVICES.freshTopics(1);
        try (AuditRole role = new AuditRole(
                KafkaSettings.of(SERVICES.kafka().bootstrapServers(), topics),
                failing(sqlState),
                Auditing.group(topics),
                1,
                HistoryPolicy.defaults(),
                RecreationPolicy.defaults(),
                new SimpleMeterRegistry(),
                now::get)) {

            // When time passes, and all that works there has failed again
            now.set(ZERO.plusSeconds(3_600));
            attempts.clear();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> LOOPS.stream().allMatch(loop -> attempts.getOrDefault(loop, 0) > 2));

            // Then that is a reason for a new process or none
            assertThat(role.hasRunWithin(Duration.ofMinutes(5))).isEqualTo(isExcused);
            assertThat(role.hasProgressedWithin(Duration.ofMinutes(5))).isFalse();
        }
    }

    @Test
    void shouldExcuseBrokersThatAreAwayButNotThatTheyRefuse() {
        assertThat(AuditRole.isExcused(new TimeoutException())).isTrue();
        assertThat(AuditRole.isExcused(new KafkaException("not sent", new TimeoutException())))
                .isTrue();
        assertThat(AuditRole.isExcused(new IllegalStateException(new ExecutionException(new TimeoutException()))))
                .isTrue();
        assertThat(AuditRole.isExcused(new SaslAuthenticationException("password")))
                .isFalse();
        assertThat(AuditRole.isExcused(new KafkaException("not sent", new TopicAuthorizationException("missed"))))
                .isFalse();
        assertThat(AuditRole.isExcused(new IllegalStateException("a defect"))).isFalse();
    }

    private DSLContext failing(String sqlState) {
        return DSL.using(
                new ConnectionProvider() {
                    @Override
                    public Connection acquire() {
                        attempts.merge(Thread.currentThread().getName(), 1, Integer::sum);
                        throw new DataAccessException("no connection", new SQLException("no", sqlState));
                    }

                    @Override
                    public void release(Connection connection) {
                        // There is none.
                    }
                },
                SQLDialect.POSTGRES);
    }
}
