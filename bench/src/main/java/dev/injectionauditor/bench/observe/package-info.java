/**
 * What the observe role needs for many Pods, against a plain informer of the client library that holds whole Pods; and
 * how soon a missed Pod is known, from its creation to its row and its event.
 *
 * <p>May touch: an API server that only pretends ({@link dev.injectionauditor.bench.observe.PretendedCluster}), so that
 * its own work does not count, and a broker and a database of its own. Pods are made from recorded ones.
 */
@NullMarked
package dev.injectionauditor.bench.observe;

import org.jspecify.annotations.NullMarked;
