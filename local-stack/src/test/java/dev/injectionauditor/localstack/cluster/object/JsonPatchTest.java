package dev.injectionauditor.localstack.cluster.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What applies and what does not is that of evanphx/json-patch v4, the library of the API server. */
class JsonPatchTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'a':1}           | [{'op':'add','path':'/b','value':2}]              | {'a':1,'b':2}",
                "{'a':1}           | [{'op':'add','path':'/a','value':2}]              | {'a':2}",
                "{'a':1}           | [{'op':'add','path':'/b'}]                        | {'a':1,'b':null}",
                "{'a':1}           | [{'op':'replace','path':'/b','value':2}]          | {'a':1,'b':2}",
                "{'a':1}           | [{'op':'replace','path':'','value':{'c':1}}]      | {'c':1}",
                "{'a':1}           | [{'op':'remove','path':'/a'}]                     | {}",
                "{'a':null}        | [{'op':'remove','path':'/a'}]                     | {}",
                "{'a':[1]}         | [{'op':'add','path':'/a/-','value':2}]            | {'a':[1,2]}",
                "{'a':[1]}         | [{'op':'add','path':'/a/1','value':2}]            | {'a':[1,2]}",
                "{'a':[1]}         | [{'op':'add','path':'/a/0','value':2}]            | {'a':[2,1]}",
                "{'a':[1]}         | [{'op':'add','path':'/a/-1','value':2}]           | {'a':[1,2]}",
                "{'a':[1,2]}       | [{'op':'remove','path':'/a/-1'}]                  | {'a':[1]}",
                "{'a':[1,2]}       | [{'op':'replace','path':'/a/1','value':3}]        | {'a':[1,3]}",
                "{'a/b':1,'m~n':2} | [{'op':'remove','path':'/a~1b'},{'op':'remove','path':'/m~0n'}] | {}",
                "{'a':{'b':1}}     | [{'op':'copy','from':'/a','path':'/c'}]           | {'a':{'b':1},'c':{'b':1}}",
                "{'a':{'b':1}}     | [{'op':'copy','from':'/x','path':'/c'}]           | {'a':{'b':1},'c':null}",
                "{'a':{'b':1}}     | [{'op':'move','from':'/a/b','path':'/c'}]         | {'a':{},'c':1}",
                "{'a':1}           | [{'op':'test','path':'/a','value':1}]             | {'a':1}",
                "{'a':1}           | [{'op':'test','path':'/b','value':null}]          | {'a':1}",
                "{'a':1}           | []                                                | {'a':1}",
                "{'a':1}           | null                                              | {'a':1}",
            })
    void shouldApply(String document, String patch, String expected) throws Exception {
        // Given
        JsonNode before = json(document);

        // When
        JsonNode after = JsonPatch.apply(json(patch), before);

        // Then
        assertThat(after).isEqualTo(json(expected));
        assertThat(before).isEqualTo(json(document));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'a':1}      | [{'op':'add','path':'/b/c','value':2}]",
                "{'a':null}   | [{'op':'add','path':'/a/c','value':2}]",
                "{'a':null}   | [{'op':'add','path':'/a/-','value':2}]",
                "{'a':1}      | [{'op':'add','path':'/a/c','value':2}]",
                "{'a':1}      | [{'op':'add','path':'','value':{}}]",
                "{'a':1}      | [{'op':'add','path':'b','value':2}]",
                "{'a':1}      | [{'op':'add','value':2}]",
                "{'a':1}      | [{'op':'replace','path':'','value':1}]",
                "{'a':1}      | [{'op':'remove','path':'/b'}]",
                "{'a':1}      | [{'op':'remove','path':''}]",
                "{'a':[1]}    | [{'op':'add','path':'/a/2','value':2}]",
                "{'a':[1]}    | [{'op':'add','path':'/a/-3','value':2}]",
                "{'a':[1]}    | [{'op':'add','path':'/a/x','value':2}]",
                "{'a':[1]}    | [{'op':'replace','path':'/a/1','value':2}]",
                "{'a':[1]}    | [{'op':'replace','path':'/a/-','value':2}]",
                "{'a':[1]}    | [{'op':'remove','path':'/a/1'}]",
                "{'a':[1]}    | [{'op':'remove','path':'/a/-'}]",
                "{'a':{}}     | [{'op':'move','from':'/a/b','path':'/c'}]",
                "{'a':{}}     | [{'op':'copy','from':'/b/c','path':'/c'}]",
                "{'a':1}      | [{'op':'test','path':'/a','value':2}]",
                "{'a':1}      | [{'op':'test','path':'/a','value':'1'}]",
                "{'a':1}      | [{'op':'test','path':'/a'}]",
                "{'a':1}      | [{'op':'merge','path':'/a','value':1}]",
                "{'a':1}      | [{'path':'/a','value':1}]",
                "{'a':1}      | [{'op':'add','path':'/b','value':2},{'op':'remove','path':'/c'}]",
            })
    void shouldNotApply(String document, String patch) {
        // Given
        JsonNode before = json(document);

        // When, then
        assertThatThrownBy(() -> JsonPatch.apply(json(patch), before))
                .isInstanceOf(JsonPatch.DoesNotApplyException.class);
        assertThat(before).isEqualTo(json(document));
    }

    @Test
    void shouldTellAPatchFromOtherJson() {
        assertThat(JsonPatch.isPatch(json("[{}]"))).isTrue();
        assertThat(JsonPatch.isPatch(json("null"))).isTrue();
        assertThat(JsonPatch.isPatch(json("{}"))).isFalse();
        assertThat(JsonPatch.isPatch(json("[1]"))).isFalse();
    }

    private static JsonNode json(String text) {
        return Json.MAPPER.readTree(text.replace('\'', '"'));
    }
}
