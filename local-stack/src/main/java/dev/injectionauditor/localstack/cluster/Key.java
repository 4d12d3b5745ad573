package dev.injectionauditor.localstack.cluster;

/**
 * Identity of an object at a time; another object can have it later.
 *
 * @param namespace empty for objects of the cluster
 */
record Key(Kind kind, String namespace, String name) {}
