/**
 * Would the API server call the webhook for a Pod? By the configurations and namespace labels of a version, and by
 * match conditions in CEL.
 *
 * <p>For: {@code observe} (at first sight of a Pod), its probes, and {@code remediate} (before an eviction). May touch:
 * nothing but what informers bring, and look-ups that it is given where that is not enough; {@code CurrentScope} asks
 * the API server. Data comes from webhook configurations and namespaces; the decision goes back.
 * {@link dev.injectionauditor.auditor.observe.scope.ScopeRule} and what it needs are pure. How it is done, and what
 * cannot be known, stands in {@code ../README.md}.
 */
@NullMarked
package dev.injectionauditor.auditor.observe.scope;

import org.jspecify.annotations.NullMarked;
