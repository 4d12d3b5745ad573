package dev.injectionauditor.auditor.observe.scope;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import java.time.Instant;
import java.util.UUID;

/**
 * The watched webhook as a MutatingWebhookConfiguration has it.
 *
 * @param name name of the configuration
 * @param uid its uid
 * @param generation its generation
 * @param since since when it has decided as it does, as far as known: its creation or a later change
 * @param webhook the webhook in it
 * @param conditions its match conditions, compiled
 */
public record ConfiguredWebhook(
        String name, UUID uid, long generation, Instant since, MutatingWebhook webhook, MatchConditions conditions) {

    /** The generation of an object; 0 if it has none. */
    public static long generation(ObjectMeta meta) {
        return meta.getGeneration() == null ? 0 : meta.getGeneration();
    }
}
