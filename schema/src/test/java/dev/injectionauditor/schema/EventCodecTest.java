package dev.injectionauditor.schema;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cloudevents.core.provider.EventFormatProvider;
import io.cloudevents.jackson.JsonFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EventCodecTest {

    private final EventCodec codec = new EventCodec();

    static List<Event> events() {
        return Samples.events();
    }

    @ParameterizedTest
    @MethodSource("events")
    void shouldReadWhatItWrote(Event event) throws Exception {
        // Given
        CloudEvent original = CloudEvent.of(Samples.SOURCE, event);

        // When
        CloudEvent read = codec.decode(codec.encode(original));

        // Then
        assertThat(read).isEqualTo(original);
    }

    @ParameterizedTest
    @MethodSource("events")
    void shouldReadInOnePassWhatItWrites(Event event) {
        // Given
        CloudEvent original = CloudEvent.of(Samples.SOURCE, event);

        // Then
        assertThat(new SinglePass(EventCodec.mapper()).decode(codec.encode(original)))
                .contains(original);
    }

    @ParameterizedTest
    @MethodSource("events")
    void shouldReadAnotherOrderOfAttributes(Event event) throws Exception {
        // Given an envelope whose type comes after its payload
        CloudEvent original = CloudEvent.of(Samples.SOURCE, event);
        String type = "\"type\":\"" + event.type().cloudEventsType() + "\",";
        String record = new String(codec.encode(original), UTF_8).replace(type, "");
        String reordered = record.substring(0, record.length() - 1) + "," + type.substring(0, type.length() - 1) + "}";

        // Then
        assertThat(codec.decode(reordered.getBytes(UTF_8))).isEqualTo(original);
    }

    @ParameterizedTest
    @MethodSource("events")
    void shouldWriteWhatOthersReadAsACloudEvent(Event event) {
        // When the CloudEvents SDK reads it
        io.cloudevents.CloudEvent read = EventFormatProvider.getInstance()
                .resolveFormat(JsonFormat.CONTENT_TYPE)
                .deserialize(codec.encode(CloudEvent.of(Samples.SOURCE, event)));

        // Then
        assertThat(read.getId()).isEqualTo(event.id());
        assertThat(read.getType()).isEqualTo(event.type().cloudEventsType());
        assertThat(read.getSource()).hasToString(Samples.SOURCE.source());
        assertThat(read.getSubject()).isEqualTo(event.subject());
        assertThat(read.getTime().toInstant()).isEqualTo(event.time());
        assertThat(read.getDataContentType()).isEqualTo("application/json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    nonsense                                        | not JSON
                    []                                              | not a JSON object
                    {}                                              | specversion is not 1.0
                    {"specversion":"1.0"}                           | type is missing or not a text
                    {"specversion":"1.0","type":"dev.injection-auditor.missed.v9"} | type is not one of this contract
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1"} | id is missing or not a text
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1","id":"i","source":"x"} | source does not have the form /clusters/{cluster}/webhooks/{webhook}
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1","id":"i","source":"/clusters/A/webhooks/b"} | cluster is not a lower-case DNS subdomain
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1","id":"i","source":"/clusters/a/webhooks/b"} | data is not a JSON object
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1","id":"i","source":"/clusters/a/webhooks/b","data":{"kind":"endpoints","at":"2026-11-23T00:00:00Z"}} | data does not fit its type at ready
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1","id":"i","source":"/clusters/a/webhooks/b","data":{"kind":"endpoints","ready":1}} | data: at is missing
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1","id":"i","source":"/clusters/a/webhooks/b","data":{"kind":"endpoints","ready":"secret"}} | data does not fit its type at ready
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1","id":"i","source":"/clusters/a/webhooks/b","data":{"kind":"endpoints","ready":2147483648}} | data does not fit its type at ready
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1","id":"i","source":"/clusters/a/webhooks/b","data":{"kind":"probe","at":"2026-11-23T00:00:00Z","seenAt":"2026-11-23T00:00:01Z"}} | data does not fit its type at applied
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1","id":"i","source":"/clusters/a/webhooks/b","data":{"kind":"probe","applied":true,"seenAt":"2026-11-23T00:00:01Z"}} | data: at is missing
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1","id":"i","source":"/clusters/a/webhooks/b","data":{"kind":"other"}} | data does not fit its type
                    {"specversion":"1.0","type":"dev.injection-auditor.signal.v1","id":"i","source":"/clusters/a/webhooks/b","time":"noon","data":{}} | time is not a timestamp
                    """)
    void shouldSayWhatIsWrong(String record, String reason) {
        assertThatThrownBy(() -> codec.decode(record.getBytes(UTF_8)))
                .isInstanceOf(InvalidEventException.class)
                .hasMessage(reason);
    }

    @Test
    void shouldRefuseARecordWithoutAValue() {
        assertThatThrownBy(() -> codec.decode(null))
                .isInstanceOf(InvalidEventException.class)
                .hasMessage("the record has no value");
    }

    @Test
    void shouldPassOverFieldsItDoesNotKnow() throws Exception {
        // Given an event of a newer minor version
        String record = new String(codec.encode(CloudEvent.of(Samples.SOURCE, events().getFirst())), UTF_8)
                .replace("\"data\":{", "\"traceparent\":\"x\",\"data\":{\"new\":{\"deep\":[1]},");

        // When
        CloudEvent read = codec.decode(record.getBytes(UTF_8));

        // Then
        assertThat(read.data()).isEqualTo(events().getFirst());
    }

    @Test
    void shouldGiveEachEventItsOwnId() {
        assertThat(events().stream().filter(Signal.class::isInstance))
                .extracting(Event::id)
                .doesNotHaveDuplicates();
    }

    @Property
    void shouldSurviveAnyBytes(@ForAll byte[] bytes) {
        try {
            codec.decode(bytes);
        } catch (InvalidEventException e) {
            assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
        }
    }

    @Property
    void shouldSurviveADamagedEvent(@ForAll int where, @ForAll byte damage) {
        // Given an event with one byte changed
        byte[] record =
                codec.encode(CloudEvent.of(Samples.SOURCE, events().get(Math.floorMod(where, events().size()))));
        record[Math.floorMod(where, record.length)] ^= damage;

        // Then it is read or refused, with a reason in one line
        shouldSurviveAnyBytes(record);

        // And in one pass as with a tree in between
        new SinglePass(EventCodec.mapper())
                .decode(record)
                .ifPresent(event -> assertThatCode(
                                () -> assertThat(codec.decodeTree(record)).isEqualTo(event))
                        .doesNotThrowAnyException());
    }
}
