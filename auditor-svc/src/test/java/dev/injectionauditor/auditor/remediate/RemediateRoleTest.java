package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.KafkaSettings;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

class RemediateRoleTest {

    @Test
    void shouldLeaveNothingBehindWhenItFailsToStart() {
        // Given an address of Kafka that no consumer can be made for
        KafkaSettings kafka = KafkaSettings.of("", Topics.defaults());
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        try (KubernetesClient client =
                        new KubernetesClientBuilder().withConfig(Config.empty()).build();
                MockProducer<String, byte[]> producer = new MockProducer<>()) {
            // When, then
            assertThatThrownBy(() -> new RemediateRole(
                            client,
                            kafka,
                            producer,
                            DSL.using(SQLDialect.POSTGRES),
                            () -> true,
                            RecreationPolicy.defaults(),
                            "garden",
                            "me",
                            metrics,
                            InstantSource.system()))
                    .isInstanceOf(KafkaException.class);
            assertThat(metrics.getMeters()).doesNotHaveAnyElementsOfTypes(Gauge.class);
        }
    }

    @Test
    void shouldExcuseAllButThatAPasswordIsRefused() {
        assertThat(RemediateRole.isExcused(new DataAccessException("", new SQLException("", "08001"))))
                .isTrue();
        assertThat(RemediateRole.isExcused(new KubernetesClientException("", 500, null)))
                .isTrue();
        assertThat(RemediateRole.isExcused(new DataAccessException("", new SQLException("", "28P01"))))
                .isFalse();
        assertThat(RemediateRole.isExcused(new KafkaException(new SaslAuthenticationException("password"))))
                .isFalse();
    }
}
