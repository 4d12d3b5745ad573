package dev.injectionauditor.webhook.http;

import dev.injectionauditor.webhook.admission.BadInput;
import dev.injectionauditor.webhook.admission.Outcome;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what a server told. */
final class RecordingListener implements ServerListener {

    final List<Outcome.Allowed> answered = new CopyOnWriteArrayList<>();
    final List<BadInput> rejected = new CopyOnWriteArrayList<>();
    final List<Throwable> failed = new CopyOnWriteArrayList<>();
    final List<Throwable> connectionsFailed = new CopyOnWriteArrayList<>();

    @Override
    public void answered(Outcome.Allowed outcome, long nanos) {
        answered.add(outcome);
    }

    @Override
    public void rejected(BadInput reason, String detail) {
        rejected.add(reason);
    }

    @Override
    public void failed(Throwable failure) {
        failed.add(failure);
    }

    @Override
    public void connectionFailed(Throwable failure) {
        connectionsFailed.add(failure);
    }
}
