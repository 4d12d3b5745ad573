/**
 * Recreation from end to end: the packaged services as processes, real PostgreSQL and Kafka, a simulated cluster.
 * {@code Flow} starts and stops them; the tests say what has to come true.
 */
package dev.injectionauditor.e2e.recreation;
