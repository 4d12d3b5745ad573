package dev.injectionauditor.webhook.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceHostTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kubernetes",
                "kubernetes.default.svc.cluster.local",
                "api.shoot-1.project.example.com",
                "API.Example",
                "1a.example",
                "3com",
                "10.example",
                "xn--bcher-kva.example",
                "a23456789012345678901234567890123456789012345678901234567890123.example",
                "10.0.0.1",
                "0.0.0.0",
                "255.255.255.255",
                "::1",
                "2001:db8::1",
                "2001:DB8:0:0:0:0:0:1",
                "::ffff:10.0.0.1",
                "fd00::",
            })
    void shouldTakeDnsNamesAndAddresses(String text) {
        assertThat(new ServiceHost(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                " api.example",
                "api.example ",
                "api.example\n",
                "api.example.",
                ".example",
                "api..example",
                "-api.example",
                "api-.example",
                "api_server.example",
                "https://api.example",
                "api.example:443",
                "api.example/path",
                "bücher.example",
                "*.example",
                "a234567890123456789012345678901234567890123456789012345678901234.example",
                "10.0.0.256",
                "10.0.0",
                "10.0.0.1.2",
                "010.0.0.1",
                "7",
                "1.2.3.4.5.6",
                "example.123",
                "[::1]",
                "::1%eth0",
                "fe80::1%1",
                ":",
                ":::",
                "1::2::3",
                "2001:db8::g",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "\"",
                "a\"b",
            })
    void shouldRefuseEverythingElse(String text) {
        assertThat(ServiceHost.isValid(text)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> new ServiceHost(text));
    }

    @Test
    void shouldRefuseANameThatIsTooLong() {
        String longest = "a.".repeat(126) + "a";

        assertThat(ServiceHost.isValid(longest)).isTrue();
        assertThat(ServiceHost.isValid(longest + ".a")).isFalse();
        assertThat(ServiceHost.isValid("a".repeat(100_000))).isFalse();
    }
}
