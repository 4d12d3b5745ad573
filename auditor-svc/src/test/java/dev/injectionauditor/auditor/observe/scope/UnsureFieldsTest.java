package dev.injectionauditor.auditor.observe.scope;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnsureFieldsTest {

    private static final CelCondition.Compiler COMPILER = new CelCondition.Compiler();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "object.spec.nodeName == 'node-1'",
                "has(object.spec.nodeName)",
                "!has(object.metadata.creationTimestamp)",
                "object.metadata.labels['a'] == 'b' || object.metadata.creationTimestamp == null",
                // A whole that they are a part of.
                "size(object.spec) > 3",
                "object.metadata.exists(key, key == 'creationTimestamp')",
                "object.spec == object.spec",
                "has(object.spec)",
                "object != null",
                "[object].all(pod, has(pod.spec.nodeName))",
                // By a name that is worked out.
                "object.spec['node' + 'Name'] == 'node-1'",
                "object['spec'].nodeName == 'node-1'",
                "object[?'spec'].hasValue()",
                "object.?spec.nodeName.hasValue()",
                "object.spec.?nodeName.hasValue()",
                // It does not, but by a way that is not looked at.
                "object.metadata.?labels['app'].orValue('') != 'x'",
                "(true ? object : oldObject).spec.nodeName == 'node-1'"
            })
    void shouldSeeThatAConditionMayReadThem(String expression) {
        assertThat(COMPILER.compile(expression).readsUnsureFields())
                .as(expression)
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "!('exempt' in object.metadata.labels)",
                "object.spec.containers.all(container, container.name != 'exempt')",
                "has(object.metadata.labels.nodeName)",
                "request.operation == 'CREATE' && request.namespace != 'kube-system'",
                "oldObject == null"
            })
    void shouldSeeThatAConditionReadsNoneOfThem(String expression) {
        assertThat(COMPILER.compile(expression).readsUnsureFields())
                .as(expression)
                .isFalse();
    }
}
