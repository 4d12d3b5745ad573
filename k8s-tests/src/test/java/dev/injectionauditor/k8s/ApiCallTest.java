package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class ApiCallTest {

    @Test
    void shouldReadRequestsAsRbacDoes() {
        assertThat(ApiCall.of("GET", URI.create("/api/v1/pods?limit=500")))
                .hasValue(new ApiCall("list", "", "pods", "", ""));
        assertThat(ApiCall.of("GET", URI.create("/api/v1/pods?resourceVersion=1&watch=true")))
                .hasValue(new ApiCall("watch", "", "pods", "", ""));
        assertThat(ApiCall.of("GET", URI.create("/api/v1/namespaces/shop")))
                .hasValue(new ApiCall("get", "", "namespaces", "", "shop"));
        assertThat(ApiCall.of("GET", URI.create("/api/v1/namespaces/shop/pods/web")))
                .hasValue(new ApiCall("get", "", "pods", "shop", "web"));
        assertThat(ApiCall.of("POST", URI.create("/api/v1/namespaces/shop/pods/web/eviction")))
                .hasValue(new ApiCall("create", "", "pods/eviction", "shop", "web"));
        assertThat(ApiCall.of("PATCH", URI.create("/apis/coordination.k8s.io/v1/namespaces/a/leases/b")))
                .hasValue(new ApiCall("patch", "coordination.k8s.io", "leases", "a", "b"));
        assertThat(ApiCall.of("GET", URI.create("/version"))).isEmpty();
    }
}
