package dev.injectionauditor.auditor.announce;

import dev.injectionauditor.auditor.announce.Announcement.Subject;
import dev.injectionauditor.schema.PodRef;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/** Creates Kubernetes Events ({@code events.k8s.io/v1}). */
final class EventWriter {

    private static final String CONTROLLER = "injection-auditor.dev/auditor";
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final int LONGEST_PREFIX = 200;
    private static final int LONGEST_NOTE = 1_000;
    private static final int LONGEST_INSTANCE = 128;
    private static final int CONFLICT = 409;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERRORS = 500;

    private final KubernetesClient client;
    private final String identity;

    EventWriter(KubernetesClient client, String identity) {
        this.client = client;
        this.identity = identity;
    }

    /** How it went. */
    enum Written {
        /** It is there now. */
        CREATED,
        /** It was there already. */
        REPEATED,
        /** The API server does not take it: no right, no such namespace. To try again would not help. */
        REFUSED
    }

    /** @throws KubernetesClientException if the API server cannot take it now */
    Written write(Announcement announcement, Instant now) {
        try {
            client.resource(event(announcement, now)).create();
            return Written.CREATED;
        } catch (KubernetesClientException e) {
            if (e.getCode() == CONFLICT) {
                return Written.REPEATED;
            }
            if (e.getCode() <= 0 || e.getCode() == TOO_MANY_REQUESTS || e.getCode() >= SERVER_ERRORS) {
                throw e;
            }
            return Written.REFUSED;
        }
    }

    private Event event(Announcement announcement, Instant now) {
        Subject about = announcement.about();
        var event = new EventBuilder()
                .withNewMetadata()
                .withNamespace(about.namespace())
                .withName(name(announcement))
                .endMetadata()
                .withEventTime(new MicroTime(MICROS.format(now)))
                .withType(announcement.warning() ? "Warning" : "Normal")
                .withReason(announcement.reason())
                .withAction(announcement.reason())
                .withNote(limit(announcement.note(), LONGEST_NOTE))
                .withReportingController(CONTROLLER)
                .withReportingInstance(limit(identity, LONGEST_INSTANCE))
                .withRegarding(reference(about));
        PodRef replacement = announcement.replacement();
        return replacement == null
                ? event.build()
                : event.withRelated(reference(Subject.of(replacement))).build();
    }

    /** Made of what is told, so that telling it again gives the same name. */
    private static String name(Announcement announcement) {
        String told = announcement.about().uid() + "/" + announcement.key();
        return limit(announcement.about().name(), LONGEST_PREFIX) + "."
                + UUID.nameUUIDFromBytes(told.getBytes(StandardCharsets.UTF_8))
                        .toString()
                        .replace("-", "");
    }

    private static ObjectReference reference(Subject subject) {
        return new ObjectReferenceBuilder()
                .withApiVersion(subject.apiVersion())
                .withKind(subject.kind())
                .withNamespace(subject.namespace())
                .withName(subject.name())
                .withUid(subject.uid().toString())
                .build();
    }

    private static String limit(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest);
    }
}
