package dev.injectionauditor.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AdmissionRecorderTest {

    private static final WatchedWebhook WEBHOOK = new WatchedWebhook("shoot-1", "webhook.example");
    private static final Admission ADMISSION =
            new Admission(new UUID(0, 1), "shop", "pod", null, null, 1, 1, Instant.EPOCH, "replica-1");

    private final List<byte[]> spool = new ArrayList<>();

    @Test
    void shouldPutEventsDown() {
        AdmissionRecorder recorder = new AdmissionRecorder(WEBHOOK, spool::add);

        recorder.record(ADMISSION);

        assertThat(spool).hasSize(1);
        assertThat(recorder.unrecorded()).isZero();
    }

    static List<Throwable> failures() {
        return List.of(
                new IllegalStateException("gone"),
                new InternalError("the disk fails"),
                new OutOfMemoryError("no room"),
                new StackOverflowError());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldCountWhatCannotBePutDownAndGoOn(Throwable failure) {
        // Given a spool that fails in whatever way
        AdmissionRecorder recorder = new AdmissionRecorder(WEBHOOK, event -> {
            switch (failure) {
                case Error error -> throw error;
                case RuntimeException exception -> throw exception;
                default -> throw new AssertionError(failure);
            }
        });

        // When an event is put down, then the answer can leave all the same, and the event is counted
        recorder.record(ADMISSION);
        assertThat(recorder.unrecorded()).isEqualTo(1);
    }
}
