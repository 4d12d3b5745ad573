package dev.injectionauditor.webhook.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.webhook.PatchOracle;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Pods of every shape. */
class InjectorTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String HOST = "2001:db8::1";

    private final Injector injector = new Injector(new ServiceHost(HOST), "replica-1");
    private final PatchOracle oracle = new PatchOracle(HOST);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                // env absent, null, empty, filled
                "{'containers':[{'name':'a'}]}                                                        | 1 | 1",
                "{'containers':[{'name':'a','env':null}]}                                             | 1 | 1",
                "{'containers':[{'name':'a','env':[]}]}                                               | 1 | 1",
                "{'containers':[{'env':[{'name':'A','value':'b'}],'name':'a'}]}                       | 1 | 1",
                // set by the user, in any way
                "{'containers':[{'env':[{'name':'KUBERNETES_SERVICE_HOST','value':'x'}]}]}            | 1 | 0",
                "{'containers':[{'env':[{'name':'KUBERNETES_SERVICE_HOST','value':''}]}]}             | 1 | 0",
                "{'containers':[{'env':[{'name':'KUBERNETES_SERVICE_HOST'}]}]}                        | 1 | 0",
                "{'containers':[{'env':[{'name':'A'},{'valueFrom':{'fieldRef':{'fieldPath':'status.hostIP'}},"
                        + "'name':'KUBERNETES_SERVICE_HOST'}]}]}                                      | 1 | 0",
                // not quite set
                "{'containers':[{'env':[{'name':'kubernetes_service_host','value':'x'}]}]}            | 1 | 1",
                "{'containers':[{'env':[{'value':'KUBERNETES_SERVICE_HOST'}]}]}                       | 1 | 1",
                "{'containers':[{'env':[null,7,'KUBERNETES_SERVICE_HOST',{'name':null}]}]}            | 1 | 1",
                "{'containers':[{'envFrom':[{'configMapRef':{'name':'x'}}]}]}                         | 1 | 1",
                // lists of containers
                "{'initContainers':[{'name':'i'},{'name':'j','env':[]}],'containers':[{'name':'a'}]}  | 3 | 3",
                "{'initContainers':[],'containers':[{'name':'a'}]}                                    | 1 | 1",
                "{'initContainers':null,'containers':null}                                            | 0 | 0",
                "{'containers':[]}                                                                    | 0 | 0",
                "{'containers':[null,{'name':'b'},'c',7,[{}],{'name':'d','env':null}]}                | 2 | 2",
                "{'ephemeralContainers':[{'name':'e'}],'containers':[{'name':'a'}]}                   | 1 | 1",
                "{}                                                                                   | 0 | 0",
                "null                                                                                 | 0 | 0",
            })
    void shouldPatchContainers(String spec, int containers, int patched) {
        // Given a Pod with this spec
        byte[] body = Reviews.creatingWithSpec(spec.replace('\'', '"'));

        // When its creation is answered
        Outcome.Injected injected = answer(body);

        // Then the patch is right, and the numbers too
        oracle.assertInjected(body, injected.answer());
        assertThat(injected.admission().containers()).isEqualTo(containers);
        assertThat(injected.admission().patched()).isEqualTo(patched);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'metadata':null}",
                "{'metadata':{}}",
                "{'metadata':{'annotations':null}}",
                "{'metadata':{'annotations':{}}}",
                "{'metadata':{'annotations':{'a~b/c':'d','a~1b':'','~0':'x'}}}",
                "{'metadata':{'annotations':{'injection-auditor.dev/admission':'copied'}}}",
                "{'metadata':{'annotations':{'injection-auditor.dev/admission':null}}}",
                "{'metadata':{'annotations':{'injection-auditor.dev~1admission':'x'}}}",
                "{'spec':null,'metadata':{'name':'a'}}",
                "{'spec':{'containers':[{'name':'a'}]},'metadata':{'name':'a'}}",
            })
    void shouldStampWhateverTheMetadata(String pod) {
        byte[] body = Reviews.creating(pod.replace('\'', '"'));

        JsonNode patched = oracle.assertInjected(body, answer(body).answer());

        assertThat(patched.at("/metadata/annotations/injection-auditor.dev~1admission")
                        .stringValue())
                .isEqualTo(Reviews.UID);
    }

    @Test
    void shouldPatchSeveralHundredContainers() {
        // Given more containers than anybody has, half of which set something already
        String spec = "{\"initContainers\":[" + Reviews.times(300, "{\"name\":\"i\"}") + "],\"containers\":["
                + Reviews.times(400, "{\"name\":\"c\",\"env\":[{\"name\":\"A\",\"value\":\"b\"}]}") + "]}";
        byte[] body = Reviews.creatingWithSpec(spec);

        // When it is answered
        Outcome.Injected injected = answer(body);

        // Then every one is patched
        oracle.assertInjected(body, injected.answer());
        assertThat(injected.admission().patched()).isEqualTo(700);
    }

    @Test
    void shouldReadFieldsInAnyOrder() {
        // Given a review that says last what it is
        byte[] body = ("{\"request\":{\"object\":{\"spec\":{\"containers\":[{\"env\":[],\"name\":\"a\"}]},"
                        + "\"metadata\":{\"name\":\"a\"}},\"operation\":\"CREATE\",\"dryRun\":true,"
                        + "\"resource\":{\"resource\":\"pods\",\"version\":\"v1\"},"
                        + "\"kind\":{\"kind\":\"Pod\",\"version\":\"v1\",\"group\":null},"
                        + "\"uid\":\"" + Reviews.UID
                        + "\"},\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\"}")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);

        Outcome.Injected injected = answer(body);

        oracle.assertInjected(body, injected.answer());
        assertThat(injected.dryRun()).isTrue();
        assertThat(injected.admission().name()).isEqualTo("a");
    }

    @Test
    void shouldKeepTheUidAsItWasSent() {
        // Given a uid in capitals, which are the same UUID but another text
        String uid = Reviews.UID.toUpperCase(java.util.Locale.ROOT);
        byte[] body = new String(Reviews.creating("{}"), java.nio.charset.StandardCharsets.UTF_8)
                .replace(Reviews.UID, uid)
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);

        Outcome.Injected injected = answer(body);

        oracle.assertInjected(body, injected.answer());
        assertThat(injected.admission().requestUid()).hasToString(Reviews.UID);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{'name':'n','generateName':'g-'}                          | n    | g-",
                "{'name':'','generateName':'g-'}                           |      | g-",
                "{'name':'n','generateName':null}                          | n    |   ",
                "{'generateName':'','labels':{'name':'no'}}                |      |   ",
            })
    void shouldTellTheNames(String metadata, String name, String generateName) {
        Admission admission = answer(Reviews.creating("{\"metadata\":" + metadata.replace('\'', '"') + "}"))
                .admission();

        assertThat(admission.name()).isEqualTo(name);
        assertThat(admission.generateName()).isEqualTo(generateName);
        assertThat(admission.namespace()).isEqualTo("shop");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "[null, 7]",
                "[{'apiVersion':'v1','kind':'Node','name':'n','uid':'" + Reviews.UID + "','controller':false}]",
                "[{'apiVersion':'v1','kind':'Node','name':'n','uid':'" + Reviews.UID + "'}]",
                "[{'apiVersion':'v1','kind':'Node','name':'','uid':'" + Reviews.UID + "','controller':true}]",
                "[{'apiVersion':'v1','kind':'Node','name':'n','uid':'','controller':true}]",
                "[{'apiVersion':'v1','name':'n','uid':'" + Reviews.UID + "','controller':true}]",
            })
    void shouldHaveNoOwnerWithoutACompleteController(String owners) {
        String pod = "{\"metadata\":{\"ownerReferences\":" + owners.replace('\'', '"') + "}}";

        assertThat(answer(Reviews.creating(pod)).admission().owner()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {Reviews.UID, "not-a-uuid"})
    void shouldFindTheControllerAmongTheOwners(String uid) {
        String pod = "{\"metadata\":{\"ownerReferences\":["
                + "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"c\",\"uid\":\"" + Reviews.UID + "\"},"
                + "{\"controller\":true,\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":\"r\",\"uid\":\""
                + uid + "\"}]}}";

        assertThat(answer(Reviews.creating(pod)).admission().owner())
                .isEqualTo(new OwnerRef("apps/v1", "ReplicaSet", "r", OwnerRef.uidOf(uid)));
    }

    @Test
    void shouldCutTextsThatNoEventNeeds() {
        // Given names that the API server has not validated yet: far too long, with half a surrogate pair at the cut
        String name = "n".repeat(252) + "\\ud83d\\ude00".repeat(1000);
        String generateName = "\\ud83d";

        // When its creation is answered
        byte[] body = Reviews.creating(
                "{\"metadata\":{\"name\":\"" + name + "\",\"generateName\":\"" + generateName + "\"}}");
        Outcome.Injected injected = answer(body);

        // Then the patch is right and the event can be encoded
        oracle.assertInjected(body, injected.answer());
        assertThat(injected.admission().name()).isEqualTo("n".repeat(252) + "?");
        assertThat(injected.admission().generateName()).isEqualTo("?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'operation':'UPDATE','resource':{'group':'','version':'v1','resource':'pods'},"
                        + "'kind':{'group':'','version':'v1','kind':'Pod'},'object':{'spec':{'containers':[{}]}}",
                "'operation':'DELETE','resource':{'group':'','version':'v1','resource':'pods'},"
                        + "'kind':{'group':'','version':'v1','kind':'Pod'},'object':null",
                "'operation':'CREATE','resource':{'group':'','version':'v1','resource':'pods'},'subResource':'eviction',"
                        + "'kind':{'group':'policy','version':'v1','kind':'Eviction'},'object':{'metadata':{}}",
                "'operation':'CONNECT','resource':{'group':'','version':'v1','resource':'pods'},'subResource':'exec',"
                        + "'kind':{'group':'','version':'v1','kind':'PodExecOptions'},'object':{'spec':7}",
            })
    void shouldAllowEverythingElseUnchanged(String requestFields) {
        byte[] body = Reviews.of("\"uid\":\"" + Reviews.UID + "\"," + requestFields.replace('\'', '"'));

        Outcome outcome = injector.answer(body, NOW);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Ignored.class, ignored -> oracle.assertUnchanged(body, ignored.answer()));
    }

    private Outcome.Injected answer(byte[] body) {
        return (Outcome.Injected) injector.answer(body, NOW);
    }
}
