/**
 * What may be recreated: the policy of an operator, and what Pods and namespaces say themselves.
 *
 * <p>For: observe (reads settings from objects), audit (decides by them) and remediate (checks the live Pod again). May
 * touch: nothing; everything here is a value or a pure function. Data comes from the options and from labels and
 * annotations; the nearest setting wins: Pod, then namespace, then {@code --recreation}.
 */
@NullMarked
package dev.injectionauditor.auditor.policy;

import org.jspecify.annotations.NullMarked;
