package dev.injectionauditor.auditor.observe.scope;

import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** Knows how the watched webhook is and was configured. Written by an informer, read by others. */
public final class ConfigurationTracker implements ResourceEventHandler<MutatingWebhookConfiguration> {

    private final NavigableMap<String, ConfiguredWebhook> configured = new TreeMap<>();
    private final Timeline<List<ConfiguredWebhook>> timeline = new Timeline<>();
    private final String webhookName;
    private final InstantSource clock;
    private Instant lastDeletion = Instant.EPOCH;

    /** Worked out when the timeline changes, as it is asked for with each Pod that is read. */
    private volatile Set<MatchConditions> conditions = Set.of();

    /** @param webhookName name of the webhook in its configuration, such as {@code hook.example.org} */
    public ConfigurationTracker(String webhookName, InstantSource clock) {
        this.webhookName = webhookName;
        this.clock = clock;
    }

    /** The webhook as it is configured now. If several configurations have it, the first by name. */
    public Optional<ConfiguredWebhook> current() {
        return at(Long.MAX_VALUE).stream().findFirst();
    }

    /** The webhook as it was configured when this version was written, in the order of the configurations' names. */
    public List<ConfiguredWebhook> at(long version) {
        return timeline.at(version, List.of());
    }

    /** The match conditions of all configurations that may decide about a Pod; none is empty. */
    public Set<MatchConditions> conditions() {
        return conditions;
    }

    @Override
    public synchronized void onAdd(MutatingWebhookConfiguration configuration) {
        Instant change = lastChange(configuration.getMetadata());
        put(configuration, change.isBefore(lastDeletion) ? lastDeletion : change);
    }

    @Override
    public synchronized void onUpdate(MutatingWebhookConfiguration old, MutatingWebhookConfiguration configuration) {
        if (!old.getMetadata().getUid().equals(configuration.getMetadata().getUid())) {
            // A list found another configuration under the name.
            onDelete(old, true);
            onAdd(configuration);
            return;
        }
        ConfiguredWebhook before = configured.get(configuration.getMetadata().getName());
        boolean same = before != null
                && find(configuration)
                        .filter(webhook -> decidesAlike(webhook, before.webhook()))
                        .isPresent();
        put(
                configuration,
                same ? before.since() : lastWrite(configuration.getMetadata()).orElseGet(clock::instant));
    }

    @Override
    public synchronized void onDelete(MutatingWebhookConfiguration configuration, boolean finalStateUnknown) {
        configured.remove(configuration.getMetadata().getName());
        lastDeletion = clock.instant();
        // Where the deletion was not seen, what was last seen is all that is sure.
        long version = Timeline.version(configuration.getMetadata().getResourceVersion());
        publish(finalStateUnknown && version < Long.MAX_VALUE ? version + 1 : version);
    }

    private void put(MutatingWebhookConfiguration configuration, Instant since) {
        ObjectMeta meta = configuration.getMetadata();
        ConfiguredWebhook before = configured.get(meta.getName());
        find(configuration)
                .ifPresentOrElse(
                        webhook -> configured.put(
                                meta.getName(),
                                new ConfiguredWebhook(
                                        meta.getName(),
                                        UUID.fromString(meta.getUid()),
                                        ConfiguredWebhook.generation(meta),
                                        since,
                                        webhook,
                                        before != null && conditionsAlike(webhook, before.webhook())
                                                ? before.conditions()
                                                : MatchConditions.of(webhook))),
                        () -> configured.remove(meta.getName()));
        publish(Timeline.version(meta.getResourceVersion()));
    }

    private void publish(long version) {
        timeline.put(version, List.copyOf(configured.values()));
        conditions = timeline.values()
                .flatMap(List::stream)
                .map(ConfiguredWebhook::conditions)
                .filter(each -> !each.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
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

    private static boolean conditionsAlike(MutatingWebhook one, MutatingWebhook other) {
        return Objects.equals(one.getMatchConditions(), other.getMatchConditions())
                && Objects.equals(one.getFailurePolicy(), other.getFailurePolicy());
    }

    /** When an object that was not watched was last changed, as far as it tells. */
    static Instant lastChange(ObjectMeta meta) {
        Instant created =
                meta.getCreationTimestamp() == null ? Instant.EPOCH : Instant.parse(meta.getCreationTimestamp());
        return lastWrite(meta).filter(created::isBefore).orElse(created);
    }

    /** When an object was last written, by the API server's clock: it notes who wrote what. */
    static Optional<Instant> lastWrite(ObjectMeta meta) {
        List<ManagedFieldsEntry> writers = meta.getManagedFields();
        return writers == null
                ? Optional.empty()
                : writers.stream()
                        .map(ManagedFieldsEntry::getTime)
                        .filter(Objects::nonNull)
                        .map(Instant::parse)
                        .max(Comparator.naturalOrder());
    }
}
