package dev.injectionauditor.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OwnerRefTest {

    private static final String UID = "f79d6eb0-6639-4d1e-95d7-91bd7db98806";

    @Test
    void shouldTakeAUuidAsItIs() {
        assertThat(OwnerRef.uidOf(UID)).isEqualTo(UUID.fromString(UID));
    }

    @Test
    void shouldTellTextsApartThatAreNoUuids() {
        // Given texts that Kubernetes takes for a uid, some of which Java takes for the same UUID
        List<String> odd =
                List.of("x", "y", " ", "1-1-1-1-1", "01-1-1-1-1", UID.toUpperCase(), UID + "0", "ü".repeat(99));

        // Then each is one of its own, and always the same
        assertThat(odd.stream().map(OwnerRef::uidOf)).doesNotHaveDuplicates().doesNotContain(UUID.fromString(UID));
        assertThat(odd.stream().map(OwnerRef::uidOf).toList())
                .isEqualTo(odd.stream().map(OwnerRef::uidOf).toList());
    }
}
