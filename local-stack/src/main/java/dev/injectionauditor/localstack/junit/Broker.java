package dev.injectionauditor.localstack.junit;

/**
 * A Kafka broker that tests share.
 *
 * @param bootstrapServers what clients begin with
 */
public record Broker(String bootstrapServers) {}
