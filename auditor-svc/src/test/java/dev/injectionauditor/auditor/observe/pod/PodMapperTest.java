package dev.injectionauditor.auditor.observe.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.OwnerRef;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodMapperTest {

    @ParameterizedTest
    @ValueSource(strings = {"f79d6eb0-6639-4d1e-95d7-91bd7db98806", "not-a-uuid"})
    void shouldFindTheController(String uid) {
        assertThat(PodMapper.owner(ownedBy(uid)))
                .isEqualTo(new OwnerRef("apps/v1", "ReplicaSet", "web", OwnerRef.uidOf(uid)));
    }

    private static Pod ownedBy(String uid) {
        return new PodBuilder()
                .withNewMetadata()
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("ReplicaSet")
                .withName("web")
                .withUid(uid)
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .build();
    }
}
