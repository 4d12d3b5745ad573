package dev.injectionauditor.auditor.policy;

import dev.injectionauditor.schema.OwnerRef;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which Pods may be recreated that are not by default. By default only those of controllers are that are known to
 * replace a Pod at once with an equal one.
 *
 * @param daemonSets Pods of DaemonSets: a node is without its agent for a moment
 * @param jobs Pods of Jobs: work that was done is lost, and the Job may count a failure
 * @param otherOwners Pods of controllers of any other kind: whether they replace a Pod is not known
 * @param barePods Pods without a controller, which are recreated from their own spec
 * @param systemCritical Pods of a {@code system-*-critical} priority class, and those in {@code kube-system}
 */
public record Allowances(
        boolean daemonSets, boolean jobs, boolean otherOwners, boolean barePods, boolean systemCritical) {

    /** Nothing beyond the default. */
    public static final Allowances NONE = new Allowances(false, false, false, false, false);

    /** The groups of the kinds below. A custom resource of the same name has a group of its own, with a dot in it. */
    private static final Set<String> GROUPS = Set.of("", "apps", "batch");

    private static final Set<String> REPLACING_KINDS = Set.of("ReplicaSet", "ReplicationController", "StatefulSet");
    private static final String SYSTEM_NAMESPACE = "kube-system";

    /** Why a Pod is not among those that may be recreated. */
    public enum Exclusion {
        /** It has no controller. */
        BARE_POD,
        /** It is of a DaemonSet. */
        DAEMON_SET,
        /** It is of a Job. */
        JOB,
        /** It is of a controller that is not known to replace its Pods. */
        OTHER_OWNER,
        /** It is critical for the system. */
        SYSTEM_CRITICAL
    }

    /**
     * Why a Pod must not be recreated; empty if it may be.
     *
     * @param owner its controller, null for a bare Pod
     * @param critical whether its priority class is one of the system's
     */
    public Optional<Exclusion> exclusion(String namespace, @Nullable OwnerRef owner, boolean critical) {
        if (!systemCritical && (critical || namespace.equals(SYSTEM_NAMESPACE))) {
            return Optional.of(Exclusion.SYSTEM_CRITICAL);
        }
        if (owner == null) {
            return barePods ? Optional.empty() : Optional.of(Exclusion.BARE_POD);
        }
        return switch (GROUPS.contains(group(owner)) ? owner.kind() : "") {
            case "DaemonSet" -> daemonSets ? Optional.empty() : Optional.of(Exclusion.DAEMON_SET);
            case "Job" -> jobs ? Optional.empty() : Optional.of(Exclusion.JOB);
            case String kind when REPLACING_KINDS.contains(kind) -> Optional.empty();
            case String other -> otherOwners ? Optional.empty() : Optional.of(Exclusion.OTHER_OWNER);
        };
    }

    /** Of {@code apps/v1} it is {@code apps}, of {@code v1} it is empty. */
    private static String group(OwnerRef owner) {
        return owner.apiVersion().substring(0, Math.max(0, owner.apiVersion().indexOf('/')));
    }
}
