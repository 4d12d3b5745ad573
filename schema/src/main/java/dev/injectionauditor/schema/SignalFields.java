package dev.injectionauditor.schema;

import java.time.Instant;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Reads a {@link Signal} field by field, its kind first. What is missing the records themselves refuse. */
final class SignalFields {

    private final Map<String, Signal.Watched.Begin> begins;
    private final Map<String, RecreationMode> modes;

    SignalFields(JsonMapper json) {
        begins = Fields.names(json, Signal.Watched.Begin.class);
        modes = Fields.names(json, RecreationMode.class);
    }

    /** @throws RuntimeException if it is not in the usual form */
    Signal read(Fields fields) {
        Fields.require("kind".equals(fields.next()));
        return switch (fields.text()) {
            case "endpoints" -> endpoints(fields);
            case "probe" -> probe(fields);
            case "watched" -> watched(fields);
            case "recreation-setting" -> recreationSetting(fields);
            default -> throw new Fields.UnusualException();
        };
    }

    private static Signal endpoints(Fields fields) {
        int ready = Fields.MISSING;
        Instant at = null;
        for (String field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "ready" -> ready = fields.integer();
                case "at" -> at = fields.time();
                default -> fields.skip();
            }
        }
        return new Signal.Endpoints(ready, at);
    }

    private static Signal probe(Fields fields) {
        Instant at = null;
        Boolean applied = null;
        Instant seenAt = null;
        String resourceVersion = null;
        for (String field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "at" -> at = fields.time();
                case "applied" -> applied = fields.bool();
                case "seenAt" -> seenAt = fields.time();
                case "resourceVersion" -> resourceVersion = fields.text();
                default -> fields.skip();
            }
        }
        Fields.require(applied != null);
        return new Signal.Probe(at, applied, seenAt, resourceVersion);
    }

    private Signal watched(Fields fields) {
        Instant from = null;
        Instant until = null;
        Signal.Watched.Begin begin = null;
        for (String field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "from" -> from = fields.time();
                case "until" -> until = fields.time();
                case "begin" -> begin = fields.constant(begins);
                default -> fields.skip();
            }
        }
        return new Signal.Watched(from, until, begin);
    }

    private Signal recreationSetting(Fields fields) {
        String namespace = null;
        RecreationMode mode = null;
        String resourceVersion = null;
        Instant at = null;
        for (String field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "namespace" -> namespace = fields.name();
                case "mode" -> mode = fields.constant(modes);
                case "resourceVersion" -> resourceVersion = fields.text();
                case "at" -> at = fields.time();
                default -> fields.skip();
            }
        }
        return new Signal.RecreationSetting(namespace, mode, resourceVersion, at);
    }
}
