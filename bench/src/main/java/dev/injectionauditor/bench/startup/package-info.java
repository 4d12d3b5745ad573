/**
 * How soon the auditor is ready and how soon it has stopped, with and without an AOT cache. The webhook's start is part
 * of its own benchmark.
 *
 * <p>May touch: a broker, a database and a simulated cluster of its own, and the packaged auditor as a process.
 */
@NullMarked
package dev.injectionauditor.bench.startup;

import org.jspecify.annotations.NullMarked;
