package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.schema.Signal;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Counts the ready endpoints of a Service over its EndpointSlices and tells each change. */
final class EndpointsTracker implements ResourceEventHandler<EndpointSlice> {

    private final Map<String, Integer> readyBySlice = new HashMap<>();
    private final Consumer<Signal.Endpoints> out;
    private final InstantSource clock;
    private boolean listed;
    private int told = -1;

    EndpointsTracker(Consumer<Signal.Endpoints> out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public synchronized void onAdd(EndpointSlice slice) {
        put(slice);
    }

    @Override
    public synchronized void onUpdate(EndpointSlice old, EndpointSlice slice) {
        put(slice);
    }

    @Override
    public synchronized void onDelete(EndpointSlice slice, boolean finalStateUnknown) {
        readyBySlice.remove(slice.getMetadata().getName());
        tell();
    }

    @Override
    public synchronized void onList(String resourceVersion, boolean remainedEmpty) {
        listed = true;
        tell();
    }

    private void put(EndpointSlice slice) {
        readyBySlice.put(slice.getMetadata().getName(), ready(slice));
        tell();
    }

    private void tell() {
        int ready = readyBySlice.values().stream().mapToInt(Integer::intValue).sum();
        if (listed && ready != told) {
            told = ready;
            out.accept(new Signal.Endpoints(ready, clock.instant()));
        }
    }

    /** Ready is true or not known, which consumers should take for ready (EndpointSlice API). */
    private static int ready(EndpointSlice slice) {
        List<Endpoint> endpoints = slice.getEndpoints();
        return endpoints == null
                ? 0
                : (int) endpoints.stream()
                        .filter(endpoint -> endpoint.getConditions() == null
                                || !Boolean.FALSE.equals(
                                        endpoint.getConditions().getReady()))
                        .count();
    }
}
