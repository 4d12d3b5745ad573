package dev.injectionauditor.auditor.announce;

import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is to be told about an object.
 *
 * @param about the Pod or its owner
 * @param key equal for what is to be told once
 * @param warning whether people should look
 * @param reason one word in CamelCase, for machines
 * @param note a sentence for people
 * @param replacement the Pod that took the place; null if there is none
 */
record Announcement(
        Subject about,
        String key,
        boolean warning,
        String reason,
        String note,
        @Nullable PodRef replacement) {

    /** An object in the cluster. */
    record Subject(String apiVersion, String kind, String namespace, String name, UUID uid) {

        static Subject of(PodRef pod) {
            return new Subject("v1", "Pod", pod.namespace(), pod.name(), pod.uid());
        }

        static Subject of(OwnerRef owner, String namespace) {
            return new Subject(owner.apiVersion(), owner.kind(), namespace, owner.name(), owner.uid());
        }
    }
}
