/**
 * What both services are run with: settings that are checked whole, a life cycle that ends in reverse order and in
 * bounded time, loops that survive failures, the management port. The importer has its settings from here too.
 *
 * <p>For: the {@code Main} of a service, or of the importer, and the parts it wires. May touch: the command line, the
 * environment, files that settings name, one HTTP port. Knows nothing of admissions, Pods or tables. Data comes from
 * operators (options, environment) and goes to operators (exit codes, messages, health, metrics).
 */
@NullMarked
package dev.injectionauditor.service;

import org.jspecify.annotations.NullMarked;
