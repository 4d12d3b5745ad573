package dev.injectionauditor.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Holds the records against the JSON Schemas that other languages are generated from. */
class JsonSchemaTest {

    private static final String BASE = "https://injection-auditor.dev/schema/";

    private final EventCodec codec = new EventCodec();
    private final JsonMapper json = JsonMapper.builder().build();
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaIdResolvers(resolvers -> resolvers.mapPrefix(BASE, "classpath:json-schema/")));

    static List<Event> events() {
        return Samples.events();
    }

    @ParameterizedTest
    @MethodSource("events")
    void shouldFitItsSchema(Event event) {
        JsonNode envelope = encoded(event);
        assertThat(errors("cloudevent.v1.schema.json", envelope)).isEmpty();
        assertThat(errors(schemaName(event.type()), envelope.get("data"))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("events")
    void shouldRefuseAFieldThatTheSchemaDoesNotName(Event event) {
        ObjectNode data = (ObjectNode) encoded(event).get("data");
        data.put("env", "secret");
        assertThat(errors(schemaName(event.type()), data)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("events")
    void shouldRefuseToDecodeWithoutAFieldThatTheSchemaRequires(Event event) {
        for (String field : encoded(event).get("data").propertyNames()) {
            // Given an event that lacks one field
            ObjectNode envelope = (ObjectNode) encoded(event);
            ((ObjectNode) envelope.get("data")).remove(field);
            boolean valid =
                    errors(schemaName(event.type()), envelope.get("data")).isEmpty();

            // Then codec and schema agree on whether the field may be absent
            ThrowingCallable decoding = () -> codec.decode(json.writeValueAsBytes(envelope));
            if (valid) {
                assertThatCode(decoding).as("without %s", field).doesNotThrowAnyException();
            } else {
                assertThatThrownBy(decoding).as("without %s", field).isInstanceOf(InvalidEventException.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void shouldHaveASampleWithEveryPropertyOfTheSchema(EventType type) {
        // Given the properties that the samples use
        Set<String> used = new TreeSet<>();
        events().stream()
                .filter(event -> event.type() == type)
                .forEach(event -> used.addAll(encoded(event).get("data").propertyNames()));

        // Then they are the properties that the schema names
        assertThat(used).isEqualTo(properties(json.readTree(resource(schemaName(type)))));
    }

    @Test
    void shouldHaveASampleOfEveryType() {
        assertThat(events()).extracting(Event::type).containsOnly(EventType.values());
    }

    private static Set<String> properties(JsonNode schema) {
        Set<String> names = new TreeSet<>();
        if (schema.has("oneOf")) {
            schema.get("oneOf").forEach(one -> names.addAll(properties(one)));
        } else {
            names.addAll(schema.get("properties").propertyNames());
        }
        return names;
    }

    private JsonNode encoded(Event event) {
        return json.readTree(codec.encode(CloudEvent.of(Samples.SOURCE, event)));
    }

    private List<Error> errors(String schemaName, JsonNode value) {
        Schema schema = registry.getSchema(SchemaLocation.of(BASE + schemaName));
        return schema.validate(
                value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
    }

    private static String schemaName(EventType type) {
        return Arrays.stream(type.schemaResource().split("/")).toList().getLast();
    }

    private byte[] resource(String schemaName) {
        try (var stream = getClass().getResourceAsStream("/json-schema/" + schemaName)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
