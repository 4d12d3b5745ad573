package dev.injectionauditor.webhook.admission;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads from a Pod's JSON what the patch and the event need, and passes over the rest. */
final class PodReader {

    private static final List<String> POD_FIELDS = List.of("metadata", "spec");
    private static final List<String> METADATA_FIELDS =
            List.of("name", "generateName", "namespace", "annotations", "ownerReferences");
    private static final List<String> SPEC_FIELDS = List.of("initContainers", "containers");
    private static final List<String> CONTAINER_FIELDS = List.of("env");
    private static final List<String> ENV_FIELDS = List.of("name");

    private final JsonCursor json;
    private final OwnerReader owners;

    private boolean hasMetadata;
    private boolean hasAnnotations;
    private @Nullable String namespace;
    private @Nullable String name;
    private @Nullable String generateName;
    private final List<ContainerEnv> initContainers = new ArrayList<>();
    private final List<ContainerEnv> containers = new ArrayList<>();
    /** Of the container that is being read. */
    private ContainerEnv env = ContainerEnv.ABSENT;

    private PodReader(JsonCursor json) {
        this.json = json;
        this.owners = new OwnerReader(json);
    }

    /** The Pod, null if the value is not an object. What is not shaped like a Pod is a problem of the cursor. */
    static @Nullable Pod read(JsonCursor json) throws BadInputException {
        PodReader reader = new PodReader(json);
        return json.object("request.object", POD_FIELDS, reader::readPodField) ? reader.pod() : null;
    }

    private Pod pod() {
        return new Pod(
                hasMetadata,
                hasAnnotations,
                namespace,
                name,
                generateName,
                owners.controller(),
                initContainers,
                containers);
    }

    private void readPodField(String field) throws BadInputException {
        switch (field) {
            case "metadata" -> hasMetadata = json.object("metadata", METADATA_FIELDS, this::readMetadataField);
            case "spec" -> json.object("spec", SPEC_FIELDS, this::readSpecField);
            default -> throw new IllegalArgumentException(field);
        }
    }

    private void readMetadataField(String field) throws BadInputException {
        switch (field) {
            case "name" -> name = json.textUnlessEmpty("metadata.name");
            case "generateName" -> generateName = json.textUnlessEmpty("metadata.generateName");
            case "namespace" -> namespace = json.textUnlessEmpty("metadata.namespace");
            case "annotations" -> hasAnnotations = json.object("metadata.annotations", List.of(), none -> {});
            case "ownerReferences" -> json.array("metadata.ownerReferences", owners::readOwner);
            default -> throw new IllegalArgumentException(field);
        }
    }

    private void readSpecField(String field) throws BadInputException {
        switch (field) {
            case "initContainers" -> json.array("spec.initContainers", () -> initContainers.add(readContainer()));
            case "containers" -> json.array("spec.containers", () -> containers.add(readContainer()));
            default -> throw new IllegalArgumentException(field);
        }
    }

    private ContainerEnv readContainer() throws BadInputException {
        if (!json.isObject()) {
            json.skip();
            return ContainerEnv.NOT_A_CONTAINER;
        }
        env = ContainerEnv.ABSENT;
        json.object("a container", CONTAINER_FIELDS, field -> {
            if (json.array("env of a container", this::readVariable) && env == ContainerEnv.ABSENT) {
                env = ContainerEnv.WITHOUT_VARIABLE;
            }
        });
        return env;
    }

    private void readVariable() throws BadInputException {
        if (!json.isObject()) {
            json.skip();
            return;
        }
        json.object("an env entry", ENV_FIELDS, field -> {
            if (Injector.VARIABLE.equals(json.text("the name in an env entry"))) {
                env = ContainerEnv.WITH_VARIABLE;
            }
        });
    }
}
