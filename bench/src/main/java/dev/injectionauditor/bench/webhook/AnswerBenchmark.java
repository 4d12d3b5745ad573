package dev.injectionauditor.bench.webhook;

import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.webhook.admission.Injector;
import dev.injectionauditor.webhook.admission.Outcome;
import dev.injectionauditor.webhook.admission.ServiceHost;
import dev.injectionauditor.webhook.spool.Spool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What one answer costs apart from TLS and HTTP: reading the review and making the patch, and putting down the event.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AnswerBenchmark {

    private static final WatchedWebhook WEBHOOK = new WatchedWebhook("shoot-1", "webhook.example");

    private final Injector injector = new Injector(new ServiceHost("10.0.0.1"), "replica-1");
    private final EventCodec codec = new EventCodec();
    private final List<byte[]> reviews = new ArrayList<>();
    private final List<Outcome.Injected> outcomes = new ArrayList<>();
    private Path folder;
    private Spool spool;
    private int turn;

    /** Reads the recorded reviews and opens a spool. */
    @Setup
    public void prepare() throws IOException {
        for (Path file : Reviews.files(Reviews.folder())) {
            byte[] review = Files.readAllBytes(file);
            if (injector.answer(review, Instant.EPOCH) instanceof Outcome.Injected injected) {
                reviews.add(review);
                outcomes.add(injected);
            }
        }
        folder = Files.createTempDirectory("bench-spool");
        spool = Spool.open(folder, 4 * Spool.LEAST_BYTES, InstantSource.system());
    }

    /** Removes the spool. */
    @TearDown
    public void remove() throws IOException {
        spool.close();
        dev.injectionauditor.localstack.Folders.delete(folder);
    }

    private int next() {
        turn = (turn + 1) % reviews.size();
        return turn;
    }

    /** From the bytes of a review to the bytes of its answer. */
    @Benchmark
    public Outcome answer() {
        return injector.answer(reviews.get(next()), Instant.EPOCH);
    }

    /** From an admission to its event as bytes. */
    @Benchmark
    public byte[] encodeEvent() {
        return codec.encode(CloudEvent.of(WEBHOOK, outcomes.get(next()).admission()));
    }

    /** From an admission to its event in the spool on disk; nobody takes it out, so that the oldest are dropped. */
    @Benchmark
    public void recordEvent() {
        spool.append(codec.encode(CloudEvent.of(WEBHOOK, outcomes.get(next()).admission())));
    }
}
