package dev.injectionauditor.auditor.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.RecreationMode;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecreationSettingTest {

    private static final String KEY = RecreationSetting.MODE_KEY;

    @ParameterizedTest
    @CsvSource({"off, OFF", "plan, PLAN", "recreate, RECREATE", "Recreate, OFF", "true, OFF", "'', OFF"})
    void shouldTakeWhatIsNoModeForOff(String text, RecreationMode mode) {
        assertThat(RecreationSetting.mode(Map.of(KEY, text), null)).isEqualTo(mode);
        assertThat(RecreationSetting.mode(null, Map.of(KEY, text))).isEqualTo(mode);
    }

    @Test
    void shouldPreferTheAnnotationToTheLabel() {
        assertThat(RecreationSetting.mode(Map.of(KEY, "recreate"), Map.of(KEY, "nonsense")))
                .isEqualTo(RecreationMode.OFF);
        assertThat(RecreationSetting.mode(Map.of(KEY, "recreate"), Map.of())).isEqualTo(RecreationMode.RECREATE);
        assertThat(RecreationSetting.mode(Map.of(), Map.of())).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "OFF, RECREATE, PLAN, OFF",
        ", RECREATE, OFF, RECREATE",
        ", , PLAN, PLAN",
        "RECREATE, OFF, OFF, RECREATE"
    })
    void shouldLetTheNearestWin(
            RecreationMode pod, RecreationMode namespace, RecreationMode cluster, RecreationMode effective) {
        assertThat(RecreationSetting.effective(pod, namespace, cluster)).isEqualTo(effective);
    }

    @ParameterizedTest
    @CsvSource({
        "apps/v1, ReplicaSet, shop, false, ",
        "apps/v1, StatefulSet, shop, false, ",
        "v1, ReplicationController, shop, false, ",
        "apps/v1, DaemonSet, shop, false, DAEMON_SET",
        "batch/v1, Job, shop, false, JOB",
        "tekton.dev/v1, TaskRun, shop, false, OTHER_OWNER",
        ", , shop, false, BARE_POD",
        "apps/v1, ReplicaSet, shop, true, SYSTEM_CRITICAL",
        "apps/v1, ReplicaSet, kube-system, false, SYSTEM_CRITICAL",
        // Kinds that only share their names with those
        "apps.kruise.io/v1beta1, StatefulSet, shop, false, OTHER_OWNER",
        "apps.kruise.io/v1alpha1, DaemonSet, shop, false, OTHER_OWNER",
        "batch.volcano.sh/v1alpha1, Job, shop, false, OTHER_OWNER"
    })
    void shouldAllowByDefaultOnlyWhatIsReplacedAtOnce(
            String apiVersion, String kind, String namespace, boolean critical, Allowances.Exclusion exclusion) {
        OwnerRef owner = kind == null ? null : new OwnerRef(apiVersion, kind, "web", new UUID(1, 1));

        assertThat(Allowances.NONE.exclusion(namespace, owner, critical).orElse(null))
                .isEqualTo(exclusion);
        assertThat(new Allowances(true, true, true, true, true).exclusion(namespace, owner, critical))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"apps.kruise.io/v1alpha1, DaemonSet", "batch.volcano.sh/v1alpha1, Job"})
    void shouldNotTakeAKindOfTheSameNameForOneThatIsAllowed(String apiVersion, String kind) {
        Allowances known = new Allowances(true, true, false, false, false);

        assertThat(known.exclusion("shop", new OwnerRef(apiVersion, kind, "web", new UUID(1, 1)), false))
                .contains(Allowances.Exclusion.OTHER_OWNER);
    }
}
