package dev.injectionauditor.auditor.observe.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.OwnerRef;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PodMapperTest {

    private static final String UID = "f79d6eb0-6639-4d1e-95d7-91bd7db98806";

    @Test
    void shouldTakeTheUidOfTheControllerAsItIs() {
        assertThat(PodMapper.owner(ownedBy(UID)))
                .isEqualTo(new OwnerRef("apps/v1", "ReplicaSet", "web", UUID.fromString(UID)));
    }

    @Test
    void shouldTellControllersApartWhoseUidsAreNoUuids() {
        // Given texts that Kubernetes takes for a uid, some of which Java takes for the same UUID
        List<String> odd =
                List.of("x", "y", " ", "1-1-1-1-1", "01-1-1-1-1", UID.toUpperCase(), UID + "0", "ü".repeat(99));

        // Then each is one of its own, and always the same
        assertThat(odd.stream().map(PodMapperTest::uid)).doesNotHaveDuplicates().doesNotContain(UUID.fromString(UID));
        assertThat(odd.stream().map(PodMapperTest::uid).toList())
                .isEqualTo(odd.stream().map(PodMapperTest::uid).toList());
    }

    private static UUID uid(String text) {
        return Objects.requireNonNull(PodMapper.owner(ownedBy(text))).uid();
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
