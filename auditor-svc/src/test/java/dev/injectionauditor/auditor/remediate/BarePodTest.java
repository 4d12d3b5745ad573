package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.api.Test;

class BarePodTest {

    private static final KubernetesSerialization JSON = new KubernetesSerialization();

    @Test
    void shouldLeaveOutWhatTheCreatorDidNotSend() {
        // Given a Pod as an API server stores it
        Pod stored = stored("");

        // When
        Pod pod = BarePod.toBeCreated(stored);

        // Then what the creator sent is all that is left, but for defaults
        assertThat(JSON.asJson(pod)).isEqualTo(JSON.asJson(JSON.unmarshal("""
                {"apiVersion":"v1","kind":"Pod",
                 "metadata":{"name":"a","namespace":"shop","labels":{"app":"a"},"annotations":{"mine":"1"}},
                 "spec":{"containers":[{"name":"main","image":"image:1",
                                        "volumeMounts":[{"name":"data","mountPath":"/data"}]}],
                         "priorityClassName":"high","restartPolicy":"Always",
                         "tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute",
                                         "tolerationSeconds":300}],
                         "volumes":[{"name":"data","emptyDir":{}}]}}
                """, Pod.class)));
        // And the stored one is as it was
        assertThat(stored).isEqualTo(stored(""));
    }

    @Test
    void shouldKeepANodeThatTheCreatorNamed() {
        Pod pod = BarePod.toBeCreated(stored("\"f:nodeName\":{},"));

        assertThat(pod.getSpec().getNodeName()).isEqualTo("node-1");
    }

    @Test
    void shouldRehearseUnderANameThatNobodyHas() {
        Pod pod = BarePod.rehearsal(BarePod.toBeCreated(stored("")));

        assertThat(pod.getMetadata().getName()).isNull();
        assertThat(pod.getMetadata().getGenerateName()).isEqualTo("a-");
    }

    private static Pod stored(String ownedFields) {
        return JSON.unmarshal("""
                {"apiVersion":"v1","kind":"Pod",
                 "metadata":{"name":"a","generateName":"x-","namespace":"shop","uid":"u","resourceVersion":"7",
                             "generation":1,"creationTimestamp":"2026-11-23T07:00:00Z","labels":{"app":"a"},
                             "annotations":{"mine":"1","injection-auditor.dev/admission":"old"},
                             "managedFields":[
                               {"manager":"kubectl","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1",
                                "fieldsV1":{"f:spec":{%s"f:containers":{}}}},
                               {"manager":"kubelet","operation":"Update","apiVersion":"v1","subresource":"status",
                                "fieldsType":"FieldsV1","fieldsV1":{"f:status":{}}}]},
                 "spec":{"nodeName":"node-1","priority":1000,"preemptionPolicy":"PreemptLowerPriority",
                         "priorityClassName":"high","restartPolicy":"Always",
                         "containers":[{"name":"main","image":"image:1","volumeMounts":[
                            {"name":"data","mountPath":"/data"},
                            {"name":"kube-api-access-abcde","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount",
                             "readOnly":true}]}],
                         "ephemeralContainers":[{"name":"debug","image":"busybox"}],
                         "tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute",
                                         "tolerationSeconds":300}],
                         "volumes":[{"name":"data","emptyDir":{}},{"name":"kube-api-access-abcde","projected":{}}]},
                 "status":{"phase":"Running"}}
                """.formatted(ownedFields), Pod.class);
    }
}
