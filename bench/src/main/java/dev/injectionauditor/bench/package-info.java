/**
 * Benchmarks: what docs/performance.md is measured with.
 *
 * <p>For: developers, by {@code ./run bench}. May touch: processes that it starts itself, ports of 127.0.0.1, temporary
 * folders. Each package below measures one part and prints tables.
 */
@NullMarked
package dev.injectionauditor.bench;

import org.jspecify.annotations.NullMarked;
