package dev.injectionauditor.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds events against the JSON Schemas of the contract. */
public final class AdmissionSchema {

    private static final String BASE = "https://injection-auditor.dev/schema/";

    private final JsonMapper json = JsonMapper.builder().build();
    private final Schema envelope;
    private final Schema admission;

    /** Reads the schemas. */
    public AdmissionSchema() {
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaIdResolvers(resolvers -> resolvers.mapPrefix(BASE, "classpath:json-schema/")));
        envelope = registry.getSchema(SchemaLocation.of(BASE + "cloudevent.v1.schema.json"));
        admission = registry.getSchema(SchemaLocation.of(BASE + "admission.v1.schema.json"));
    }

    /** Asserts that the bytes are an admission event that fits its schema, and returns it. */
    public JsonNode assertFits(byte[] event) {
        JsonNode tree = json.readTree(event);
        assertThat(envelope.validate(
                        tree, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true))))
                .isEmpty();
        assertThat(admission.validate(
                        tree.get("data"),
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true))))
                .isEmpty();
        return tree;
    }
}
