package dev.injectionauditor.service;

import dev.injectionauditor.schema.Topics;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * How to reach Kafka. Whatever an operator passes through goes to each client that knows the setting, and to all of
 * them if none does (a plug-in may). Settings that the guarantees of this software rest on cannot be passed through.
 */
public final class KafkaSettings {

    static final String ENVIRONMENT_PREFIX = EnvironmentDefaults.PREFIX + "KAFKA_CLIENT_";

    /** Ours: with another value, records could be lost, repeated unseen, reordered or undecodable. */
    private static final Set<String> FIXED = Set.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.PARTITIONER_CLASS_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_PROTOCOL_CONFIG,
            ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG);

    private final String bootstrapServers;
    private final Topics topics;
    private final Map<String, String> passedThrough;

    private KafkaSettings(String bootstrapServers, Topics topics, Map<String, String> passedThrough) {
        this.bootstrapServers = bootstrapServers;
        this.topics = topics;
        this.passedThrough = Map.copyOf(passedThrough);
    }

    /** Plain settings, without anything passed through. */
    public static KafkaSettings of(String bootstrapServers, Topics topics) {
        return new KafkaSettings(bootstrapServers, topics, Map.of());
    }

    /** Reads the options; mistakes are noted in {@code settings}. */
    public static KafkaSettings read(Settings settings, KafkaOptions options, Map<String, String> environment) {
        String servers = settings.text(KafkaOptions.BOOTSTRAP_SERVERS, options.bootstrapServers);
        String prefix = settings.text(
                KafkaOptions.TOPIC_PREFIX,
                options.topicPrefix,
                Topics::isValidPrefix,
                "made of letters, digits, '.', '_' and '-'");
        Map<String, String> passedThrough = new TreeMap<>();
        if (options.configFile != null) {
            passedThrough.putAll(readFile(settings, settings.file(KafkaOptions.CONFIG, options.configFile)));
        }
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT_PREFIX)) {
                String property = name.substring(ENVIRONMENT_PREFIX.length());
                passedThrough.put(property.toLowerCase(Locale.ROOT).replace('_', '.'), value);
            }
        });
        for (String property : options.properties) {
            int equals = property.indexOf('=');
            if (equals < 1) {
                settings.problem(KafkaOptions.PROPERTY, "must have the form NAME=VALUE");
            } else {
                passedThrough.put(property.substring(0, equals), property.substring(equals + 1));
            }
        }
        for (String name : passedThrough.keySet()) {
            if (FIXED.contains(name)) {
                settings.problem(KafkaOptions.PROPERTY, name + " is set by this software and cannot be changed");
            }
        }
        KafkaSettings kafka = new KafkaSettings(
                servers, Topics.isValidPrefix(prefix) ? new Topics(prefix) : Topics.defaults(), passedThrough);
        if (!servers.isEmpty()) {
            kafka.validate(settings);
        }
        return kafka;
    }

    private static Map<String, String> readFile(Settings settings, Path file) {
        Properties properties = new Properties();
        if (Files.isReadable(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                settings.problem(KafkaOptions.CONFIG, "is not a properties file: " + file);
            }
        }
        Map<String, String> read = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> read.put(name, properties.getProperty(name)));
        return read;
    }

    private void validate(Settings settings) {
        try {
            new ProducerConfig(producer(Map.of()));
            new ConsumerConfig(consumer(Map.of()));
            new AdminClientConfig(admin());
        } catch (ConfigException e) {
            // Kafka shows the values of secrets as [hidden] in these messages.
            settings.problem("Kafka client setting", String.valueOf(e.getMessage()));
        }
    }

    /** The names of the topics. */
    public Topics topics() {
        return topics;
    }

    /** Where the brokers are. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /**
     * Settings for a producer of cluster-keyed JSON records that loses, repeats and reorders nothing while it lives.
     *
     * @param tuning defaults of the caller, which an operator's settings override
     */
    public Map<String, Object> producer(Map<String, Object> tuning) {
        Map<String, Object> settings = merge(tuning, ProducerConfig.configNames());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return settings;
    }

    /**
     * Settings for a consumer that never commits by itself.
     *
     * @param tuning settings of the caller, group id among them
     */
    public Map<String, Object> consumer(Map<String, Object> tuning) {
        Map<String, Object> settings = merge(tuning, ConsumerConfig.configNames());
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return settings;
    }

    /** Settings for an admin client. */
    public Map<String, Object> admin() {
        return merge(Map.of(), AdminClientConfig.configNames());
    }

    private Map<String, Object> merge(Map<String, Object> tuning, Set<String> known) {
        Map<String, Object> settings = new HashMap<>(tuning);
        passedThrough.forEach((name, value) -> {
            if (known.contains(name) || !isKnownToAnyClient(name)) {
                settings.put(name, value);
            }
        });
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return settings;
    }

    private static boolean isKnownToAnyClient(String name) {
        return ProducerConfig.configNames().contains(name)
                || ConsumerConfig.configNames().contains(name)
                || AdminClientConfig.configNames().contains(name);
    }

    /** Names the brokers only: what is passed through can hold secrets. */
    @Override
    public String toString() {
        return "Kafka at " + bootstrapServers;
    }
}
