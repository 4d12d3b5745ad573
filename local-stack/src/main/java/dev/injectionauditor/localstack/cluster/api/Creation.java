package dev.injectionauditor.localstack.cluster.api;

import dev.injectionauditor.localstack.cluster.admission.Admitted;
import dev.injectionauditor.localstack.cluster.admission.FailOpenLedger;
import dev.injectionauditor.localstack.cluster.admission.MutatingAdmission;
import dev.injectionauditor.localstack.cluster.admission.WebhookRules;
import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Attributes;
import dev.injectionauditor.localstack.cluster.object.Decoding;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.ManagedFields;
import dev.injectionauditor.localstack.cluster.object.PodDefaults;
import dev.injectionauditor.localstack.cluster.object.Store;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * Creates objects in the order of the API server: defaults, admission, and only then uid, creationTimestamp and a
 * generated name, so that an object waits without them for a slow webhook.
 */
public final class Creation {

    /** Those of which Kubernetes makes names, so that no words appear. */
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    private static final int SUFFIX_LENGTH = 5;
    private static final int LONGEST_PREFIX = 58;
    private static final int TRIES = 8;
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private final Store store;
    private final MutatingAdmission admission;
    private final FailOpenLedger ledger;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /** @param ledger is told of each call that admission makes */
    public Creation(Store store, MutatingAdmission admission, FailOpenLedger ledger, InstantSource clock) {
        this.store = store;
        this.admission = admission;
        this.ledger = ledger;
        this.clock = clock;
    }

    /**
     * Creates an object, or only says what it would be.
     *
     * @param namespace empty for objects of the cluster
     * @throws ApiException if it cannot be
     */
    ObjectNode create(Kind kind, String namespace, ObjectNode body, String user, boolean dryRun) {
        Instant receivedAt = clock.instant();
        ObjectNode object = Decoding.of(kind, body);
        check(kind, namespace, object);
        prepare(kind, namespace, object);
        Attributes attributes = new Attributes(kind, namespace, Json.name(object), user, dryRun);
        Admitted admitted = admission.admit(attributes, object);
        ObjectNode result = store(kind, namespace, admitted.object(), dryRun);
        ledger.record(admitted, result, dryRun, receivedAt, clock.instant());
        return result;
    }

    private void check(Kind kind, String namespace, ObjectNode object) {
        String apiVersion = Json.textOrEmpty(object, "apiVersion");
        String name = Json.textOrEmpty(object, "kind");
        if (!apiVersion.equals(kind.apiVersion()) || !name.equals(kind.name())) {
            throw ApiException.badRequest(
                    name + " in version \"" + apiVersion + "\" cannot be handled as a " + kind.name());
        }
        if (!Json.textOrEmpty(object, "metadata", "resourceVersion").isEmpty()) {
            throw ApiException.badRequest("resourceVersion should not be set on objects to be created");
        }
        String named = Json.namespace(object);
        if (!named.isEmpty() && !named.equals(namespace)) {
            throw ApiException.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the" + " request");
        }
        checkNamespace(kind, namespace, object);
    }

    private void checkNamespace(Kind kind, String namespace, ObjectNode object) {
        if (kind.namespaced()) {
            ObjectNode home = store.get(new Key(Kind.NAMESPACE, "", namespace))
                    .orElseThrow(() -> ApiException.notFound(Kind.NAMESPACE, namespace));
            if (Json.isTerminating(home)) {
                throw ApiException.forbidden(
                        kind,
                        Json.name(object),
                        "unable to create new content in namespace " + namespace + " because it is being terminated");
            }
        }
    }

    private static void prepare(Kind kind, String namespace, ObjectNode object) {
        ObjectNode meta = Json.meta(object);
        for (String field :
                new String[] {"uid", "creationTimestamp", "deletionTimestamp", "generation", "managedFields", "selfLink"
                }) {
            meta.remove(field);
        }
        if (kind.namespaced()) {
            meta.put("namespace", namespace);
        }
        if (kind.subresources().contains("status")) {
            object.putObject("status");
        }
        if (kind.equals(Kind.POD)) {
            PodDefaults.set(object);
        } else if (kind.equals(Kind.MUTATING_WEBHOOKS)) {
            WebhookRules.validate(object);
        } else if (kind.equals(Kind.NAMESPACE)) {
            Json.child(meta, "labels").put("kubernetes.io/metadata.name", Json.name(object));
        } else if (kind.subresources().contains("scale") && !object.path("spec").has("replicas")) {
            Json.child(object, "spec").put("replicas", 1);
        }
    }

    /** What clients and webhooks have no say in. */
    private static void setStatus(Kind kind, ObjectNode object) {
        if (kind.equals(Kind.POD)) {
            PodDefaults.setStatus(object);
        } else if (kind.equals(Kind.NAMESPACE)) {
            object.putObject("status").put("phase", "Active");
        } else if (kind.subresources().contains("status")) {
            object.putObject("status");
        }
    }

    private ObjectNode store(Kind kind, String namespace, ObjectNode admitted, boolean dryRun) {
        ObjectNode object = admitted.deepCopy();
        ObjectNode meta = Json.meta(object);
        meta.put("uid", UUID.randomUUID().toString())
                .put(
                        "creationTimestamp",
                        clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        if (kind.hasGeneration()) {
            meta.put("generation", 1);
        }
        ManagedFields.note(object, clock.instant());
        setStatus(kind, object);
        boolean generated = Json.name(object).isEmpty() && meta.has("generateName");
        for (int attempt = 1; ; attempt++) {
            if (generated) {
                meta.put("name", generatedName(Json.textOrEmpty(meta, "generateName")));
            }
            validate(kind, object);
            Key key = new Key(kind, namespace, Json.name(object));
            boolean taken = store.get(key).isPresent();
            if (dryRun && !taken) {
                return object;
            }
            try {
                if (taken) {
                    throw ApiException.alreadyExists(key);
                }
                synchronized (store) {
                    // It may have been deleted while a webhook was asked.
                    checkNamespace(kind, namespace, object);
                    return store.create(key, object);
                }
            } catch (ApiException e) {
                if (!generated || attempt == TRIES) {
                    throw e;
                }
            }
        }
    }

    private static void validate(Kind kind, ObjectNode object) {
        String name = Json.name(object);
        if (name.isEmpty()) {
            throw ApiException.invalid(kind, "", "metadata.name: Required value: name or generateName is required");
        }
        if (!NAME.matcher(name).matches()) {
            throw ApiException.invalid(
                    kind,
                    name,
                    "metadata.name: Invalid value: a lowercase RFC 1123 subdomain must"
                            + " consist of lower case alphanumeric characters, '-' or '.'");
        }
        if (kind.equals(Kind.POD)) {
            PodDefaults.validate(object);
        }
    }

    private String generatedName(String prefix) {
        String shortened = prefix.length() > LONGEST_PREFIX ? prefix.substring(0, LONGEST_PREFIX) : prefix;
        return shortened
                + random.ints(SUFFIX_LENGTH, 0, ALPHABET.length())
                        .mapToObj(at -> ALPHABET.substring(at, at + 1))
                        .collect(Collectors.joining());
    }
}
