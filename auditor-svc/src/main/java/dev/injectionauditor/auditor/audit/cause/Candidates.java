package dev.injectionauditor.auditor.audit.cause;

import dev.injectionauditor.auditor.audit.cause.LateAnswers.Answer;
import dev.injectionauditor.auditor.audit.sql.Names;
import dev.injectionauditor.auditor.audit.verdict.PodChange;
import dev.injectionauditor.auditor.audit.verdict.PodFacts;
import dev.injectionauditor.auditor.audit.verdict.StoredPod;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Pods that answers may be for: those of some names, of some controllers, and bare ones of some namespaces. */
final class Candidates {

    final Set<Names.Name> names = new HashSet<>();
    final Set<UUID> owners = new HashSet<>();
    final Set<String> namespaces = new HashSet<>();

    /** The Pods that compete with these for answers. */
    static Candidates ofPods(Collection<PodChange> changes) {
        Candidates candidates = new Candidates();
        changes.forEach(change -> candidates.add(change.facts()));
        return candidates;
    }

    boolean isEmpty() {
        return names.isEmpty() && owners.isEmpty() && namespaces.isEmpty();
    }

    void add(Answer answer) {
        if (answer.name() != null) {
            names.add(new Names.Name(answer.namespace(), answer.name()));
        } else {
            add(answer.namespace(), answer.owner());
        }
    }

    void add(StoredPod pod) {
        add(pod.facts());
    }

    private void add(PodFacts facts) {
        names.add(new Names.Name(facts.pod().namespace(), facts.pod().name()));
        add(
                facts.pod().namespace(),
                facts.owner() == null ? null : facts.owner().uid());
    }

    private void add(String namespace, @Nullable UUID owner) {
        if (owner != null) {
            owners.add(owner);
        } else {
            namespaces.add(namespace);
        }
    }
}
