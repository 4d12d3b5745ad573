/**
 * What every role that writes to PostgreSQL has to know of it.
 *
 * <p>For: audit and remediate. May touch: nothing; it looks at failures of others.
 */
@NullMarked
package dev.injectionauditor.auditor.postgres;

import org.jspecify.annotations.NullMarked;
