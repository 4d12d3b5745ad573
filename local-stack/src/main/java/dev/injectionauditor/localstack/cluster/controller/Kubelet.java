package dev.injectionauditor.localstack.cluster.controller;

import dev.injectionauditor.localstack.cluster.api.Api;
import dev.injectionauditor.localstack.cluster.controller.Controllers.Controller;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Scheduler and kubelet of the only node: what is bound runs at once, what has to end ends at once. */
final class Kubelet implements Controller {

    private static final String NODE = "simulated-node";

    /** What it schedules; Pods that name another one stay pending, for there is no other. */
    private static final String SCHEDULER = "default-scheduler";

    private final Api api;
    private final InstantSource clock;

    Kubelet(Api api, InstantSource clock) {
        this.api = api;
        this.clock = clock;
    }

    @Override
    public void reconcile() {
        Controllers.each(api.store().list(Kind.POD, null).objects(), pod -> {
            Key key = new Key(Kind.POD, Json.namespace(pod), Json.name(pod));
            if (Json.isTerminating(pod)) {
                end(key, pod);
            } else if (Json.textOrEmpty(pod, "spec", "nodeName").isEmpty()) {
                if (Json.textOrEmpty(pod, "spec", "schedulerName").equals(SCHEDULER)) {
                    bind(key, pod);
                }
            } else if (Json.textOrEmpty(pod, "status", "phase").equals("Pending")) {
                run(key, pod);
            }
        });
    }

    private void bind(Key key, ObjectNode pod) {
        update(key, pod, current -> {
            Json.child(current, "spec").put("nodeName", NODE);
            condition(Json.child(current, "status").putArray("conditions"), "PodScheduled");
        });
    }

    private void run(Key key, ObjectNode pod) {
        update(key, pod, current -> {
            ObjectNode status = Json.child(current, "status")
                    .put("phase", "Running")
                    .put("podIP", "192.0.2.1")
                    .put("startTime", now());
            ArrayNode conditions = status.putArray("conditions");
            for (String type : new String[] {"PodScheduled", "Initialized", "ContainersReady", "Ready"}) {
                condition(conditions, type);
            }
        });
    }

    private void end(Key key, ObjectNode pod) {
        ObjectNode options = Json.object().put("gracePeriodSeconds", 0);
        options.putObject("preconditions").put("uid", Json.uid(pod));
        api.delete(key, options, false);
    }

    private void update(Key key, ObjectNode pod, Consumer<ObjectNode> change) {
        api.store().update(key, current -> {
            if (Json.uid(current).equals(Json.uid(pod)) && !Json.isTerminating(current)) {
                change.accept(current);
            }
            return current;
        });
    }

    private void condition(ArrayNode conditions, String type) {
        conditions.addObject().put("type", type).put("status", "True").put("lastTransitionTime", now());
    }

    private String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
