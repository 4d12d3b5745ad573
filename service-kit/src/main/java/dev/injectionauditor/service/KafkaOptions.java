package dev.injectionauditor.service;

import dev.injectionauditor.schema.Topics;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how to reach Kafka, the same in every service. */
public final class KafkaOptions {

    static final String BOOTSTRAP_SERVERS = "--kafka-bootstrap-servers";
    static final String TOPIC_PREFIX = "--kafka-topic-prefix";
    static final String CONFIG = "--kafka-config";
    static final String PROPERTY = "--kafka-property";

    @Option(
            names = BOOTSTRAP_SERVERS,
            paramLabel = "HOST:PORT,...",
            defaultValue = "127.0.0.1:9092",
            description = "Brokers to begin with. Default: ${DEFAULT-VALUE}")
    @Nullable String bootstrapServers;

    @Option(
            names = TOPIC_PREFIX,
            paramLabel = "PREFIX",
            defaultValue = Topics.DEFAULT_PREFIX,
            description = "What the names of the topics start with. Default: ${DEFAULT-VALUE}")
    @Nullable String topicPrefix;

    @Option(
            names = CONFIG,
            paramLabel = "FILE",
            description = "A properties file with any settings of the Apache Kafka clients (TLS, SASL, ...).")
    @Nullable String configFile;

    @Option(
            names = PROPERTY,
            paramLabel = "NAME=VALUE",
            description = "One setting of the Apache Kafka clients; repeatable. Secrets are better given in the file or"
                    + " as environment variables: " + KafkaSettings.ENVIRONMENT_PREFIX
                    + "SASL_JAAS_CONFIG sets sasl.jaas.config.")
    List<String> properties = new ArrayList<>();
}
