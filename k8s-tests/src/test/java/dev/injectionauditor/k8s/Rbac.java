package dev.injectionauditor.k8s;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What manifests allow a service account. */
final class Rbac {

    /**
     * One verb for one resource.
     *
     * @param namespace the only one it is for, empty for all
     * @param names the only ones it is for, empty for all
     */
    record Grant(String verb, String group, String resource, String namespace, List<String> names) {

        boolean allows(ApiCall call) {
            return verb.equals(call.verb())
                    && group.equals(call.group())
                    && resource.equals(call.resource())
                    && (namespace.isEmpty() || namespace.equals(call.namespace()))
                    && (names.isEmpty() || names.contains(call.name()));
        }
    }

    private final List<Grant> grants;

    private Rbac(List<Grant> grants) {
        this.grants = grants;
    }

    /** What the bindings among these objects allow. */
    static Rbac of(List<JsonNode> objects, String serviceAccount) {
        return new Rbac(objects.stream()
                .filter(object -> object.path("kind").asString().endsWith("RoleBinding"))
                .filter(binding -> binding.path("subjects")
                        .valueStream()
                        .anyMatch(subject -> subject.path("name").asString().equals(serviceAccount)))
                .flatMap(binding -> grants(
                        Manifests.one(
                                objects,
                                binding.at("/roleRef/kind").asString(),
                                binding.at("/roleRef/name").asString()),
                        Manifests.isKind(binding, "RoleBinding") ? Manifests.namespace(binding) : ""))
                .toList());
    }

    private static Stream<Grant> grants(JsonNode role, String namespace) {
        return role.path("rules")
                .valueStream()
                .flatMap(rule -> Manifests.texts(rule.path("verbs")).stream()
                        .flatMap(verb -> Manifests.texts(rule.path("apiGroups")).stream()
                                .flatMap(group -> Manifests.texts(rule.path("resources")).stream()
                                        .map(resource -> new Grant(
                                                verb,
                                                group,
                                                resource,
                                                namespace,
                                                Manifests.texts(rule.path("resourceNames")))))));
    }

    /** The calls that are not allowed. */
    Set<ApiCall> missing(Collection<ApiCall> calls) {
        return calls.stream()
                .filter(call -> grants.stream().noneMatch(grant -> grant.allows(call)))
                .collect(Collectors.toSet());
    }

    /** What is allowed but was never called for. A name of several that was not used counts as well. */
    Set<Grant> unused(Collection<ApiCall> calls) {
        return grants.stream()
                .flatMap(grant -> grant.names().isEmpty()
                        ? Stream.of(grant)
                        : grant.names().stream()
                                .map(name -> new Grant(
                                        grant.verb(),
                                        grant.group(),
                                        grant.resource(),
                                        grant.namespace(),
                                        List.of(name))))
                .filter(grant -> calls.stream().noneMatch(grant::allows))
                .collect(Collectors.toSet());
    }
}
