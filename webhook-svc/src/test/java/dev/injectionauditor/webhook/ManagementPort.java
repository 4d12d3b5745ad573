package dev.injectionauditor.webhook;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Asks a service's management port. @param port of 127.0.0.1 */
record ManagementPort(int port) {

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    BodyHandlers.ofString());
        }
    }

    boolean isReady() throws InterruptedException {
        try {
            return get("/readyz").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** @param name without the prefix that all metrics of the webhook have */
    double metric(String name) throws IOException, InterruptedException {
        String line = get("/metrics")
                .body()
                .lines()
                .filter(candidate -> candidate.startsWith("injection_auditor_webhook_" + name + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name));
        return Double.parseDouble(line.substring(line.lastIndexOf(' ')));
    }
}
