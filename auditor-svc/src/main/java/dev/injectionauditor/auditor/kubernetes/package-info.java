/**
 * What every role that asks the API server has to know of its client.
 *
 * <p>For: all but audit. May touch: the client's settings; it asks for nothing itself.
 */
@NullMarked
package dev.injectionauditor.auditor.kubernetes;

import org.jspecify.annotations.NullMarked;
