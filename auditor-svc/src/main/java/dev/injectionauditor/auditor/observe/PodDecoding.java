package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.impl.KubernetesClientImpl;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * How Pods are read from lists and watches: slim, with their whole JSON while a match condition may ask for any field,
 * but never as the objects of the client library, which would take half a millisecond and more for each. The client
 * library reads each event of a watch into a tree first; here it is read as it comes, so use this for Pods only.
 */
final class PodDecoding {

    private PodDecoding() {}

    /**
     * The same client, for list and watch of Pods; its connections stay those of the other, so it is not to be closed.
     *
     * @param whole asked for each Pod, by several threads: whether its whole JSON is needed
     */
    static KubernetesClient of(KubernetesClient client, BooleanSupplier whole) {
        KubernetesClientImpl shared = client.adapt(KubernetesClientImpl.class);
        return new KubernetesClientImpl(
                shared.getHttpClient(), shared.getConfiguration(), shared::getExecutor, serialization(whole));
    }

    static KubernetesSerialization serialization(BooleanSupplier whole) {
        SimpleModule module = new SimpleModule()
                .addDeserializer(Pod.class, new OfPod(whole))
                .addDeserializer(WatchEvent.class, new OfEvent());
        return new KubernetesSerialization(
                JsonMapper.builder().addModule(module).build(), true);
    }

    private static final class OfPod extends ValueDeserializer<Pod> {

        private final BooleanSupplier whole;

        private OfPod(BooleanSupplier whole) {
            this.whole = whole;
        }

        @Override
        public Pod deserialize(JsonParser json, DeserializationContext context) {
            if (!whole.getAsBoolean()) {
                return SlimPodReader.read(json, null);
            }
            JsonNode tree = context.readTree(json);
            try (JsonParser again = tree.traverse(context)) {
                again.nextToken();
                return SlimPodReader.read(again, JsonTrees.map(tree));
            }
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
