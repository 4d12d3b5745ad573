package dev.injectionauditor.auditor.observe.pod;

import dev.injectionauditor.auditor.observe.scope.Injection;
import dev.injectionauditor.auditor.observe.scope.MatchConditions;
import dev.injectionauditor.auditor.observe.scope.ScopeRule;
import dev.injectionauditor.auditor.policy.RecreationSetting;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads the few fields of a Pod that are needed; passes over the rest of its JSON without making anything of it. */
final class SlimPodReader {

    /** All other annotations are passed over. */
    private static final Set<String> ANNOTATIONS = Set.of(
            Injection.STAMP_ANNOTATION,
            Injection.POLICY_ANNOTATION,
            ScopeRule.MIRROR_ANNOTATION,
            RecreationSetting.MODE_KEY,
            RecreationSetting.NEVER_KEY);

    /** Of the conditions only this is kept, and one object for all Pods. */
    private static final List<PodCondition> READY = List.of(
            new PodConditionBuilder().withType("Ready").withStatus("True").build());

    private SlimPodReader() {}

    /**
     * Reads a Pod; the parser stands at its beginning, and afterwards at its end.
     *
     * @param decisions what {@link SlimPod#decision} is to tell
     */
    static SlimPod read(JsonParser json, Map<MatchConditions, MatchConditions.Decision> decisions) {
        SlimPod pod = new SlimPod(decisions);
        fields(json, field -> {
            switch (field) {
                case "metadata" -> pod.setMetadata(meta(json));
                case "spec" -> pod.setSpec(spec(json));
                case "status" -> pod.setStatus(status(json));
                default -> json.skipChildren();
            }
        });
        return pod;
    }

    private static ObjectMeta meta(JsonParser json) {
        ObjectMeta meta = new ObjectMeta();
        fields(json, field -> {
            switch (field) {
                case "name" -> meta.setName(text(json));
                case "namespace" -> meta.setNamespace(text(json));
                case "uid" -> meta.setUid(text(json));
                case "resourceVersion" -> meta.setResourceVersion(text(json));
                case "creationTimestamp" -> meta.setCreationTimestamp(text(json));
                case "deletionTimestamp" -> meta.setDeletionTimestamp(text(json));
                case "labels" -> meta.setLabels(map(json, null));
                case "annotations" -> meta.setAnnotations(map(json, ANNOTATIONS));
                case "ownerReferences" -> meta.setOwnerReferences(list(json, SlimPodReader::owner));
                default -> json.skipChildren();
            }
        });
        return meta;
    }

    private static OwnerReference owner(JsonParser json) {
        OwnerReference owner = new OwnerReference();
        fields(json, field -> {
            switch (field) {
                case "apiVersion" -> owner.setApiVersion(text(json));
                case "kind" -> owner.setKind(text(json));
                case "name" -> owner.setName(text(json));
                case "uid" -> owner.setUid(text(json));
                case "controller" -> owner.setController(json.currentToken() == JsonToken.VALUE_TRUE);
                default -> json.skipChildren();
            }
        });
        return owner;
    }

    private static PodSpec spec(JsonParser json) {
        PodSpec spec = new PodSpec();
        fields(json, field -> {
            switch (field) {
                case "initContainers" -> spec.setInitContainers(list(json, SlimPodReader::container));
                case "containers" -> spec.setContainers(list(json, SlimPodReader::container));
                case "priorityClassName" -> spec.setPriorityClassName(text(json));
                default -> json.skipChildren();
            }
        });
        return spec;
    }

    private static Container container(JsonParser json) {
        Container container = new Container();
        fields(json, field -> {
            switch (field) {
                case "name" -> container.setName(text(json));
                case "env" -> container.setEnv(list(json, SlimPodReader::variable));
                default -> json.skipChildren();
            }
        });
        return container;
    }

    private static EnvVar variable(JsonParser json) {
        EnvVar variable = new EnvVar();
        fields(json, field -> {
            if (field.equals("name")) {
                variable.setName(text(json));
            } else {
                json.skipChildren();
            }
        });
        return variable;
    }

    private static PodStatus status(JsonParser json) {
        PodStatus status = new PodStatus();
        fields(json, field -> {
            switch (field) {
                case "phase" -> status.setPhase(text(json));
                case "conditions" ->
                    status.setConditions(list(json, SlimPodReader::isReady).contains(true) ? READY : List.of());
                default -> json.skipChildren();
            }
        });
        return status;
    }

    private static boolean isReady(JsonParser json) {
        PodCondition condition = new PodCondition();
        fields(json, field -> {
            switch (field) {
                case "type" -> condition.setType(text(json));
                case "status" -> condition.setStatus(text(json));
                default -> json.skipChildren();
            }
        });
        return "Ready".equals(condition.getType()) && "True".equals(condition.getStatus());
    }

    /** @param wanted keys to keep, null for all */
    private static Map<String, String> map(JsonParser json, @Nullable Set<String> wanted) {
        Map<String, String> map = new HashMap<>();
        fields(json, key -> {
            if (wanted == null || wanted.contains(key)) {
                map.put(key, text(json));
            }
        });
        return map;
    }

    private static <T> List<T> list(JsonParser json, Function<JsonParser, T> item) {
        List<T> items = new ArrayList<>();
        if (json.currentToken() == JsonToken.START_ARRAY) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                items.add(item.apply(json));
            }
        }
        return items;
    }

    /** @param field is called with the name of each field; the parser stands at the beginning of its value */
    static void fields(JsonParser json, Consumer<String> field) {
        if (json.currentToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                field.accept(name);
            }
        }
    }

    private static @Nullable String text(JsonParser json) {
        return json.currentToken() == JsonToken.VALUE_NULL ? null : json.getString();
    }
}
