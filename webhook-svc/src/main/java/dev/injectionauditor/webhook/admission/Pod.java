package dev.injectionauditor.webhook.admission;

import dev.injectionauditor.schema.OwnerRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the webhook needs to know of a Pod that is to be created.
 *
 * @param hasMetadata false if {@code metadata} is absent or null
 * @param hasAnnotations false if {@code metadata.annotations} is absent or null
 * @param namespace {@code metadata.namespace}, null if absent
 * @param name {@code metadata.name}, null while it is still to be generated
 * @param generateName {@code metadata.generateName}, null if absent
 * @param controller the controlling owner, null if there is none or it is incomplete (the API server validates after
 *     admission)
 * @param initContainers entries of {@code spec.initContainers} in order; empty if absent or null
 * @param containers entries of {@code spec.containers} in order; empty if absent or null
 */
record Pod(
        boolean hasMetadata,
        boolean hasAnnotations,
        @Nullable String namespace,
        @Nullable String name,
        @Nullable String generateName,
        @Nullable OwnerRef controller,
        List<ContainerEnv> initContainers,
        List<ContainerEnv> containers) {}
