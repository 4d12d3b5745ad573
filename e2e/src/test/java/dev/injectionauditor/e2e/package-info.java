/**
 * Tests of the packaged services together, on a {@link dev.injectionauditor.e2e.Cluster}: the simulation, or whatever
 * real one is at hand.
 *
 * <p>{@link dev.injectionauditor.e2e.Scenarios} are outages of all kinds, {@link dev.injectionauditor.e2e.Judge} holds
 * the history that comes out of them against what the API servers themselves say, and
 * {@link dev.injectionauditor.e2e.Conformance} holds the simulation to the real API server. How to choose the cluster
 * stands in README.md ("Real clusters").
 */
package dev.injectionauditor.e2e;
