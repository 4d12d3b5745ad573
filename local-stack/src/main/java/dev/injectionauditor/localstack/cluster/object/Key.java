package dev.injectionauditor.localstack.cluster.object;

/**
 * Identity of an object at a time; another object can have it later.
 *
 * @param namespace empty for objects of the cluster
 */
public record Key(Kind kind, String namespace, String name) {}
