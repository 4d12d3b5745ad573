package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.auditor.policy.RecreationSetting;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.Signal;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells what namespaces say about recreation: of each one when it is seen for the first time, and then when it changes.
 * Of a namespace that says nothing too, because it may have said something while nobody watched. A namespace that is
 * deleted has no Pods left; another one of its name is told of when it comes.
 */
final class SettingTracker implements ResourceEventHandler<Namespace> {

    private final Consumer<Signal> news;
    private final InstantSource clock;

    SettingTracker(Consumer<Signal> news, InstantSource clock) {
        this.news = news;
        this.clock = clock;
    }

    @Override
    public void onAdd(Namespace namespace) {
        ObjectMeta meta = namespace.getMetadata();
        news.accept(new Signal.RecreationSetting(
                meta.getName(), mode(namespace), meta.getResourceVersion(), clock.instant()));
    }

    @Override
    public void onUpdate(Namespace old, Namespace namespace) {
        boolean isSame =
                old.getMetadata().getUid().equals(namespace.getMetadata().getUid());
        if (!isSame || mode(old) != mode(namespace)) {
            onAdd(namespace);
        }
    }

    @Override
    public void onDelete(Namespace namespace, boolean finalStateUnknown) {}

    private static @Nullable RecreationMode mode(Namespace namespace) {
        ObjectMeta meta = namespace.getMetadata();
        return RecreationSetting.mode(meta.getLabels(), meta.getAnnotations());
    }
}
