package dev.injectionauditor.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** What a watch has told. */
final class PodEvents implements Watcher<Pod> {

    private record Event(String type, Pod pod) {}

    private final List<Event> events = new CopyOnWriteArrayList<>();

    @Override
    public void eventReceived(Action action, Pod pod) {
        events.add(new Event(action.name(), pod));
    }

    @Override
    public void onClose(WatcherException cause) {
        // The test fails for what is missing.
    }

    List<String> types(Pod pod) {
        return ofPod(pod).map(Event::type).toList();
    }

    List<Pod> of(Pod pod) {
        return ofPod(pod).map(Event::pod).toList();
    }

    private Stream<Event> ofPod(Pod pod) {
        return events.stream()
                .filter(event -> event.pod
                        .getMetadata()
                        .getUid()
                        .equals(pod.getMetadata().getUid()));
    }
}
