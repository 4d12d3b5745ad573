package dev.injectionauditor.schema;

import dev.injectionauditor.schema.PodObservation.Lifecycle;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/** Reads a {@link PodObservation} field by field. What is missing the records themselves refuse. */
final class PodFields {

    private final Map<String, Lifecycle> lifecycles;
    private final Map<String, Scope.Exemption> exemptions;
    private final Map<String, RecreationMode> modes;

    PodFields(JsonMapper json) {
        lifecycles = Fields.names(json, Lifecycle.class);
        exemptions = Fields.names(json, Scope.Exemption.class);
        modes = Fields.names(json, RecreationMode.class);
    }

    /** @throws RuntimeException if it is not in the usual form */
    PodObservation read(Fields fields) {
        PodRef pod = null;
        String resourceVersion = null;
        Instant createdAt = null;
        OwnerRef owner = null;
        UUID stamp = null;
        int containers = Fields.MISSING;
        List<String> lacking = null;
        boolean byPolicy = false;
        Scope scope = null;
        Lifecycle lifecycle = null;
        RecreationTraits recreation = null;
        Instant observedAt = null;
        for (String field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "pod" -> pod = pod(fields.object());
                case "resourceVersion" -> resourceVersion = fields.text();
                case "createdAt" -> createdAt = fields.time();
                case "owner" -> owner = OwnerFields.read(fields.object());
                case "stamp" -> stamp = fields.uid();
                case "containers" -> containers = fields.integer();
                case "lacking" -> lacking = fields.names();
                case "byPolicy" -> byPolicy = fields.bool();
                case "scope" -> scope = fields.same(scope(fields.object()));
                case "lifecycle" -> lifecycle = fields.constant(lifecycles);
                case "recreation" -> recreation = fields.same(recreation(fields.object()));
                case "observedAt" -> observedAt = fields.time();
                default -> fields.skip();
            }
        }
        return new PodObservation(
                pod,
                resourceVersion,
                createdAt,
                owner,
                stamp,
                containers,
                lacking,
                byPolicy,
                scope,
                lifecycle,
                recreation,
                observedAt);
    }

    private static PodRef pod(Fields fields) {
        String namespace = null;
        String name = null;
        UUID uid = null;
        for (String field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "namespace" -> namespace = fields.name();
                case "name" -> name = fields.text();
                case "uid" -> uid = fields.uid();
                default -> fields.skip();
            }
        }
        return new PodRef(namespace, name, uid);
    }

    private Scope scope(Fields fields) {
        Scope.Exemption exemption = null;
        Scope.Configuration configuration = null;
        for (String field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "exemption" -> exemption = fields.constant(exemptions);
                case "configuration" -> configuration = configuration(fields.object());
                default -> fields.skip();
            }
        }
        return new Scope(exemption, configuration);
    }

    private static Scope.Configuration configuration(Fields fields) {
        String name = null;
        UUID uid = null;
        Long generation = null;
        Instant inForceSince = null;
        for (String field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "name" -> name = fields.name();
                case "uid" -> uid = fields.uid();
                case "generation" -> generation = fields.number();
                case "inForceSince" -> inForceSince = fields.time();
                default -> fields.skip();
            }
        }
        Fields.require(generation != null);
        return new Scope.Configuration(name, uid, generation, inForceSince);
    }

    private RecreationTraits recreation(Fields fields) {
        RecreationMode mode = null;
        Boolean exempt = null;
        Boolean systemCritical = null;
        for (String field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "mode" -> mode = fields.constant(modes);
                case "exempt" -> exempt = fields.bool();
                case "systemCritical" -> systemCritical = fields.bool();
                default -> fields.skip();
            }
        }
        Fields.require(exempt != null && systemCritical != null);
        return new RecreationTraits(mode, exempt, systemCritical);
    }
}
