package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.observe.scope.Injection;
import dev.injectionauditor.auditor.remediate.PodApi.Created;
import dev.injectionauditor.schema.RecreationReason;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RehearsalTest {

    @Test
    void shouldPassWithTheInjectionOnly() {
        assertThat(Rehearsal.of(new Created.Yes(pod(Injection.VARIABLE)))).isEqualTo(new Rehearsal.Passed());
        assertThat(Rehearsal.of(new Created.Yes(pod("OTHER"))))
                .isEqualTo(new Rehearsal.Objection(RecreationReason.NOT_APPLIED));
        assertThat(Rehearsal.of(new Created.NameTaken())).isEqualTo(new Rehearsal.Passed());
        assertThat(Rehearsal.of(new Created.NoNamespace()))
                .isEqualTo(new Rehearsal.Objection(RecreationReason.NOT_REPEATABLE));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 409, 413, 422})
    void shouldObjectWhereTheCreationIsRefused(int code) {
        assertThat(Rehearsal.of(new Created.No(code)))
                .isEqualTo(new Rehearsal.Objection(RecreationReason.NOT_REPEATABLE));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 408, 500, 502, 503, 504})
    void shouldSayNothingWhereTheApiServerFails(int code) {
        assertThat(Rehearsal.of(new Created.No(code))).isEqualTo(new Rehearsal.Unknown(RecreationReason.NO_ANSWER));
    }

    @Test
    void shouldSayNothingWhereTheApiServerHasTooMuchToDo() {
        assertThat(Rehearsal.of(new Created.No(429))).isEqualTo(new Rehearsal.Unknown(RecreationReason.THROTTLED));
    }

    private static Pod pod(String variable) {
        return new PodBuilder()
                .withNewSpec()
                .addNewContainer()
                .withName("web")
                .addNewEnv()
                .withName(variable)
                .endEnv()
                .endContainer()
                .endSpec()
                .build();
    }
}
