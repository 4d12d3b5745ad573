package dev.injectionauditor.auditor.observe.pod;

import dev.injectionauditor.auditor.observe.scope.AdmissionVariables;
import dev.injectionauditor.auditor.observe.scope.JsonTrees;
import dev.injectionauditor.auditor.observe.scope.MatchConditions;
import dev.injectionauditor.auditor.observe.scope.MatchConditions.Decision;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.impl.KubernetesClientImpl;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * How Pods are read from lists and watches: slim. Match conditions, which may ask for any field, are evaluated before
 * the next Pod is read, so that the JSON of many never waits in memory. The client library reads each event of a watch
 * into a tree first; here it is read as it comes, so use this for Pods only.
 */
public final class PodDecoding {

    private PodDecoding() {}

    /**
     * The same client, for list and watch of Pods; its connections stay those of the other, so it is not to be closed.
     *
     * @param conditions the match conditions that may decide about a Pod; asked for each Pod, by several threads
     * @param decided whether the Pod with this uid needs no decision any more
     */
    public static KubernetesClient of(
            KubernetesClient client, Supplier<Set<MatchConditions>> conditions, Predicate<UUID> decided) {
        KubernetesClientImpl shared = client.adapt(KubernetesClientImpl.class);
        return new KubernetesClientImpl(
                shared.getHttpClient(),
                shared.getConfiguration(),
                shared::getExecutor,
                serialization(conditions, decided));
    }

    /** As above, for those who ask for no match conditions. */
    public static KubernetesClient of(KubernetesClient client) {
        return of(client, Set::of, uid -> true);
    }

    static KubernetesSerialization serialization(Supplier<Set<MatchConditions>> conditions, Predicate<UUID> decided) {
        SimpleModule module = new SimpleModule()
                .addDeserializer(Pod.class, new OfPod(conditions, decided))
                .addDeserializer(WatchEvent.class, new OfEvent());
        return new KubernetesSerialization(
                JsonMapper.builder().addModule(module).build(), true);
    }

    private static final class OfPod extends ValueDeserializer<Pod> {

        private final Supplier<Set<MatchConditions>> conditions;
        private final Predicate<UUID> decided;

        private OfPod(Supplier<Set<MatchConditions>> conditions, Predicate<UUID> decided) {
            this.conditions = conditions;
            this.decided = decided;
        }

        @Override
        public Pod deserialize(JsonParser json, DeserializationContext context) {
            Set<MatchConditions> asked = conditions.get();
            if (asked.isEmpty()) {
                return SlimPodReader.read(json, Map.of());
            }
            JsonNode tree = context.readTree(json);
            try (JsonParser again = tree.traverse(context)) {
                again.nextToken();
                return SlimPodReader.read(again, decisions(tree, asked));
            }
        }

        private Map<MatchConditions, Decision> decisions(JsonNode pod, Set<MatchConditions> asked) {
            String uid = pod.at("/metadata/uid").asString("");
            // A bookmark has none.
            if (uid.isEmpty() || decided.test(UUID.fromString(uid))) {
                return Map.of();
            }
            List<Map<String, Object>> possible = AdmissionVariables.of(JsonTrees.map(pod), false);
            return asked.stream()
                    .collect(Collectors.toMap(conditions -> conditions, conditions -> conditions.decide(possible)));
        }
    }

    private static final class OfEvent extends ValueDeserializer<WatchEvent> {

        @Override
        public WatchEvent deserialize(JsonParser json, DeserializationContext context) {
            Reading reading = new Reading();
            SlimPodReader.fields(json, field -> {
                switch (field) {
                    case "type" -> reading.event.setType(json.getString());
                    case "object" -> reading.object(json, context);
                    default -> json.skipChildren();
                }
            });
            if (reading.early != null) {
                reading.event.setObject(context.readTreeAsValue(reading.early, reading.type()));
            }
            return reading.event;
        }
    }

    private static final class Reading {

        private final WatchEvent event = new WatchEvent();
        private @Nullable JsonNode early;

        private void object(JsonParser json, DeserializationContext context) {
            if (event.getType() == null) {
                // API servers write the type first, but need not.
                early = context.readTree(json);
            } else {
                event.setObject(context.readValue(json, type()));
            }
        }

        /** Everything but an error is about a Pod; of a bookmark there is only the version. */
        private Class<?> type() {
            return "ERROR".equals(event.getType()) ? Status.class : Pod.class;
        }
    }
}
