/**
 * Runs a service from its image without Docker, to make the image's AOT cache: such a cache fits only the JVM and the
 * jars that it was made with, so the ones in the image have to make it.
 *
 * <p>For: {@code ./run images}. Takes an image as a tar, unpacks it, and runs its own command line with its own JVM
 * inside of it, by chroot, while Kafka, PostgreSQL and a simulated cluster run beside it. Writes the cache that comes
 * of it.
 */
@NullMarked
package dev.injectionauditor.localstack.image;

import org.jspecify.annotations.NullMarked;
