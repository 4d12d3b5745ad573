/**
 * Objects as JSON: kinds, identities, defaults, patches, and the store that counts all writes.
 *
 * <p>For: all of the simulation. May touch: its own memory. Data comes from the API and from controllers and goes to
 * both, and to watches by the changes that the store remembers.
 */
@NullMarked
package dev.injectionauditor.localstack.cluster.object;

import org.jspecify.annotations.NullMarked;
