package dev.injectionauditor.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WatchedWebhookTest {

    /** RFC 1123, as Kubernetes writes it. */
    private static final Pattern DNS_SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    @Test
    void shouldTakeLowerCaseDnsSubdomainsForNamesAndNothingElse() {
        Random random = new Random(1);
        String characters = "az09az09--..A_é/";
        int valid = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder name = new StringBuilder();
            for (int length = random.nextInt(9); length > 0; length--) {
                name.append(characters.charAt(random.nextInt(characters.length() - random.nextInt(5))));
            }
            boolean expected = DNS_SUBDOMAIN.matcher(name).matches();
            assertThat(WatchedWebhook.isValidName(name.toString()))
                    .as("%s", name)
                    .isEqualTo(expected);
            valid += expected ? 1 : 0;
        }
        assertThat(valid).isBetween(10_000, 90_000);
        assertThat(WatchedWebhook.isValidName("a".repeat(253))).isTrue();
        assertThat(WatchedWebhook.isValidName("a".repeat(254))).isFalse();
    }

    @Test
    void shouldReadItsSourceAndNoOtherText() {
        // Given
        Pattern source = Pattern.compile("/clusters/([^/]+)/webhooks/([^/]+)");
        List<String> parts = List.of("/clusters/", "/webhooks/", "/", "a", "b.c", "clusters", "webhooks", "");
        Random random = new Random(2);
        int read = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int count = random.nextInt(7); count > 0; count--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }

            // Then
            Matcher wanted = source.matcher(text);
            if (wanted.matches()) {
                assertThat(WatchedWebhook.ofSource(text.toString()))
                        .isEqualTo(new WatchedWebhook(wanted.group(1), wanted.group(2)));
                read++;
            } else {
                assertThatThrownBy(() -> WatchedWebhook.ofSource(text.toString()))
                        .as("%s", text)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThat(read).isPositive();
    }
}
