package dev.injectionauditor.webhook.admission;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that cannot be answered. */
class BadInputTest {

    private static final String GOOD_UID = "'uid':'" + Reviews.UID + "'";
    private static final String POD = "'kind':{'group':'','version':'v1','kind':'Pod'}";
    private static final String PODS = "'resource':{'group':'','version':'v1','resource':'pods'}";
    private static final String CREATE = "'operation':'CREATE'";

    private final Injector injector = new Injector(new ServiceHost("api.example"), "replica-1");

    @ParameterizedTest
    @EnumSource(BadInput.class)
    void shouldNeverBeTakenForARefusal(BadInput reason) {
        // Any status of 4xx is a failed call to the API server; only a 2xx can refuse.
        assertThat(reason.httpStatus()).isBetween(400, 499).isNotEqualTo(429);
        assertThat(reason.text()).isNotBlank().doesNotContain("\n");
        assertThat(reason.tag()).matches("[a-z-]+");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "hello                                                                    | NOT_JSON",
                "{                                                                        | NOT_JSON",
                "{'kind':'AdmissionReview'                                                | NOT_JSON",
                "{'a':1}}                                                                 | NOT_JSON",
                "{'a':1}{}                                                                | NOT_JSON",
                "{'a':01}                                                                 | NOT_JSON",
                "{a:1}                                                                    | NOT_JSON",
                "7 7                                                                      | NOT_JSON",
                "7                                                                        | NOT_A_REVIEW",
                "null                                                                     | NOT_A_REVIEW",
                "[]                                                                       | NOT_A_REVIEW",
                "{}                                                                       | NOT_A_REVIEW",
                "{'kind':'AdmissionReview','apiVersion':'admission.k8s.io/v1beta1','request':{}} | NOT_A_REVIEW",
                "{'kind':'Pod','apiVersion':'admission.k8s.io/v1','request':{}}           | NOT_A_REVIEW",
                "{'kind':['AdmissionReview'],'apiVersion':'admission.k8s.io/v1'}          | NOT_A_REVIEW",
                "{'kind':'AdmissionReview','apiVersion':'admission.k8s.io/v1'}            | NO_REQUEST",
                "{'kind':'AdmissionReview','apiVersion':'admission.k8s.io/v1','request':null} | NO_REQUEST",
                "{'kind':'AdmissionReview','apiVersion':'admission.k8s.io/v1','request':[]} | MALFORMED_REQUEST",
                "{'kind':'AdmissionReview','apiVersion':'admission.k8s.io/v1','request':{},'request':{}} | DUPLICATE_FIELD",
            })
    void shouldRejectWhatIsNotAReview(String body, BadInput reason) {
        assertThat(rejected(body)).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                POD + "," + PODS + "," + CREATE + ",'object':{}                                 | REQUEST_UID",
                "'uid':null," + POD + "," + PODS + "," + CREATE + ",'object':{}                 | REQUEST_UID",
                "'uid':'1-1-1-1-1'," + POD + "," + PODS + "," + CREATE + ",'object':{}          | REQUEST_UID",
                "'uid':'\\u0022,\\u0022allowed\\u0022:false'," + POD + "," + PODS + ",'object':{} | REQUEST_UID",
                "'uid':7," + POD + "," + PODS + "," + CREATE + ",'object':{}                    | MALFORMED_REQUEST",
                GOOD_UID + "," + GOOD_UID + "," + POD + "," + PODS + "," + CREATE + "           | DUPLICATE_FIELD",
                GOOD_UID + "," + POD + "," + CREATE + ",'object':{}                             | OTHER_KIND",
                GOOD_UID + "," + PODS + "," + CREATE + ",'object':{}                            | OTHER_KIND",
                GOOD_UID + ",'kind':'Pod'," + PODS + "," + CREATE + ",'object':{}               | MALFORMED_REQUEST",
                GOOD_UID + ",'kind':{'group':'','version':'v1','kind':'Service'}," + PODS + "," + CREATE
                        + " | OTHER_KIND",
                GOOD_UID + ",'kind':{'group':'x','version':'v1','kind':'Pod'}," + PODS + "," + CREATE + " | OTHER_KIND",
                GOOD_UID + ",'kind':{'group':'','version':'v2','kind':'Pod'}," + PODS + "," + CREATE + " | OTHER_KIND",
                GOOD_UID + "," + POD + ",'resource':{'group':'apps','version':'v1','resource':'deployments'},"
                        + "'operation':'UPDATE'                                                 | OTHER_KIND",
                GOOD_UID + "," + POD + "," + PODS + ",'object':{}                               | MALFORMED_REQUEST",
                GOOD_UID + "," + POD + "," + PODS + "," + CREATE + ",'dryRun':'true','object':{} | MALFORMED_REQUEST",
                GOOD_UID + "," + POD + "," + PODS + "," + CREATE + "                            | MALFORMED_POD",
                GOOD_UID + "," + POD + "," + PODS + "," + CREATE + ",'object':null              | MALFORMED_POD",
            })
    void shouldRejectARequestThatIsNotACreationOfAPod(String requestFields, BadInput reason) {
        assertThat(rejected(Reviews.of(requestFields.replace('\'', '"')))).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "[]                                                                    | MALFORMED_POD",
                "'Pod'                                                                 | MALFORMED_POD",
                "{'metadata':[]}                                                       | MALFORMED_POD",
                "{'metadata':'x'}                                                      | MALFORMED_POD",
                "{'metadata':{'name':7}}                                               | MALFORMED_POD",
                "{'metadata':{'annotations':[]}}                                       | MALFORMED_POD",
                "{'metadata':{'annotations':'x'}}                                      | MALFORMED_POD",
                "{'spec':[]}                                                           | MALFORMED_POD",
                "{'spec':{'containers':{}}}                                            | MALFORMED_POD",
                "{'spec':{'containers':'x'}}                                           | MALFORMED_POD",
                "{'spec':{'containers':[{'env':{}}]}}                                  | MALFORMED_POD",
                "{'spec':{'containers':[{'env':'x'}]}}                                 | MALFORMED_POD",
                "{'spec':{'containers':[{'env':[{'name':7}]}]}}                        | MALFORMED_POD",
                "{'metadata':{},'metadata':null}                                       | DUPLICATE_FIELD",
                "{'metadata':{'annotations':{},'annotations':null}}                    | DUPLICATE_FIELD",
                "{'spec':{'containers':[]},'spec':{}}                                  | DUPLICATE_FIELD",
                "{'spec':{'containers':[{}],'containers':[]}}                          | DUPLICATE_FIELD",
                "{'spec':{'containers':[{'env':[],'env':null}]}}                       | DUPLICATE_FIELD",
                "{'spec':{'containers':[{'env':[{'name':'A','name':'KUBERNETES_SERVICE_HOST'}]}]}} | DUPLICATE_FIELD",
            })
    void shouldRejectAPodThatAPatchCouldFailOn(String pod, BadInput reason) {
        assertThat(rejected(Reviews.creating(pod.replace('\'', '"')))).isEqualTo(reason);
    }

    @Test
    void shouldRejectWhatIsNestedTooDeeply() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);

        assertThat(rejected(Reviews.creating("{\"status\":" + deep + "}"))).isEqualTo(BadInput.NOT_JSON);
    }

    @Test
    void shouldRejectOtherEncodings() {
        String review = new String(Reviews.creating("{}"), UTF_8);

        assertThat(rejected(review.getBytes(UTF_16))).isEqualTo(BadInput.NOT_JSON);
        assertThat(rejected(("\uFEFF" + review).getBytes(UTF_8))).isEqualTo(BadInput.NOT_JSON);
    }

    @Test
    void shouldNotQuoteTheRequest() {
        // Given bad requests with a secret in them
        String secret = "hunter2";

        // When they are rejected
        for (String body : new String[] {
            secret,
            "{\"" + secret + "\":" + secret + "}",
            new String(Reviews.creating("{\"metadata\":{\"annotations\":\"" + secret + "\"}}"), UTF_8),
            new String(Reviews.of("\"uid\":\"" + secret + "\""), UTF_8)
        }) {
            Outcome.Rejected rejected = (Outcome.Rejected) injector.answer(body.getBytes(UTF_8), Instant.EPOCH);

            // Then the detail is one line without it
            assertThat(rejected.detail())
                    .doesNotContain(secret)
                    .doesNotContain("\n")
                    .isNotBlank();
        }
    }

    private BadInput rejected(String body) {
        return rejected(body.replace('\'', '"').getBytes(UTF_8));
    }

    private BadInput rejected(byte[] body) {
        assertThat(injector.answer(body, Instant.EPOCH)).isInstanceOf(Outcome.Rejected.class);
        return ((Outcome.Rejected) injector.answer(body, Instant.EPOCH)).reason();
    }
}
