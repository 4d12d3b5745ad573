/**
 * What the demo and the tests run on, on any machine with a JDK: a real PostgreSQL, a real Kafka broker, certificates,
 * and (package {@code cluster}) a simulated Kubernetes cluster.
 *
 * <p>For: the demo and tests, never for production. May touch: temporary folders, ports of 127.0.0.1, child processes
 * that it starts and stops. Data lives in temporary folders and goes with them.
 */
@NullMarked
package dev.injectionauditor.localstack;

import org.jspecify.annotations.NullMarked;
