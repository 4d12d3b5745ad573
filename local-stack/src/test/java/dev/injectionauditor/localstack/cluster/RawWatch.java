package dev.injectionauditor.localstack.cluster;

import dev.injectionauditor.localstack.cluster.object.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;

/** A watch as it comes over the wire, a line for each event. */
final class RawWatch implements AutoCloseable {

    private final InputStream stream;
    private final BlockingQueue<Optional<JsonNode>> events = new LinkedBlockingQueue<>();

    RawWatch(HttpClient http, String url) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw new IOException("HTTP " + answer.statusCode());
        }
        stream = answer.body();
        Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                events.add(Optional.of(Json.MAPPER.readTree(line)));
            }
        } catch (IOException e) {
            // The test closed it, or the server did: either way it is over.
        }
        events.add(Optional.empty());
    }

    /** The next event; empty if the server has ended the watch. */
    Optional<JsonNode> next() throws InterruptedException, TimeoutException {
        Optional<JsonNode> event = events.poll(10, TimeUnit.SECONDS);
        if (event == null) {
            throw new TimeoutException("no event");
        }
        return event;
    }

    /** The next events, as type and name. */
    List<String> next(int count) throws InterruptedException, TimeoutException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(next().map(event -> Json.textOrEmpty(event, "type") + " " + Json.name(event.path("object")))
                    .orElse("end"));
        }
        return texts;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
