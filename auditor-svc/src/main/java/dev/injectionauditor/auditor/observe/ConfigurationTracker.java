package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Knows how the watched webhook is configured. Written by an informer, read by others. */
final class ConfigurationTracker implements ResourceEventHandler<MutatingWebhookConfiguration> {

    private final ConcurrentMap<String, ConfiguredWebhook> configured = new ConcurrentHashMap<>();
    private final String webhookName;
    private final InstantSource clock;

    ConfigurationTracker(String webhookName, InstantSource clock) {
        this.webhookName = webhookName;
        this.clock = clock;
    }

    /** The webhook as it is configured now. If several configurations have it, the first by name. */
    Optional<ConfiguredWebhook> current() {
        return configured.values().stream().min(Comparator.comparing(ConfiguredWebhook::name));
    }

    @Override
    public void onAdd(MutatingWebhookConfiguration configuration) {
        put(configuration, lastChange(configuration.getMetadata()));
    }

    @Override
    public void onUpdate(MutatingWebhookConfiguration old, MutatingWebhookConfiguration configuration) {
        ConfiguredWebhook before = configured.get(configuration.getMetadata().getName());
        boolean same = before != null
                && before.uid().toString().equals(configuration.getMetadata().getUid())
                && find(configuration)
                        .filter(webhook -> decidesAlike(webhook, before.webhook()))
                        .isPresent();
        put(configuration, same ? before.since() : clock.instant());
    }

    @Override
    public void onDelete(MutatingWebhookConfiguration configuration, boolean finalStateUnknown) {
        configured.remove(configuration.getMetadata().getName());
    }

    private void put(MutatingWebhookConfiguration configuration, Instant since) {
        ObjectMeta meta = configuration.getMetadata();
        find(configuration)
                .ifPresentOrElse(
                        webhook -> configured.put(
                                meta.getName(),
                                new ConfiguredWebhook(
                                        meta.getName(),
                                        UUID.fromString(meta.getUid()),
                                        meta.getGeneration() == null ? 0 : meta.getGeneration(),
                                        since,
                                        webhook)),
                        () -> configured.remove(meta.getName()));
    }

    private Optional<MutatingWebhook> find(MutatingWebhookConfiguration configuration) {
        List<MutatingWebhook> webhooks = configuration.getWebhooks();
        return webhooks == null
                ? Optional.empty()
                : webhooks.stream()
                        .filter(webhook -> webhookName.equals(webhook.getName()))
                        .findFirst();
    }

    /** Whether both are called for the same Pods. A new certificate authority, for one, changes nothing. */
    private static boolean decidesAlike(MutatingWebhook one, MutatingWebhook other) {
        return Objects.equals(one.getRules(), other.getRules())
                && Objects.equals(one.getMatchPolicy(), other.getMatchPolicy())
                && Objects.equals(one.getNamespaceSelector(), other.getNamespaceSelector())
                && Objects.equals(one.getObjectSelector(), other.getObjectSelector())
                && Objects.equals(one.getMatchConditions(), other.getMatchConditions());
    }

    /**
     * When an object that was not watched was last changed, as far as it tells: the API server notes who wrote what.
     */
    static Instant lastChange(ObjectMeta meta) {
        List<ManagedFieldsEntry> writers = meta.getManagedFields();
        Stream<@Nullable String> writes =
                writers == null ? Stream.empty() : writers.stream().map(ManagedFieldsEntry::getTime);
        return Stream.concat(Stream.of(meta.getCreationTimestamp()), writes)
                .filter(Objects::nonNull)
                .map(Instant::parse)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }
}
