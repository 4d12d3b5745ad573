/**
 * Calls mutating webhooks as Kubernetes does, and notes which calls failed open.
 *
 * <p>For: the creation and change of objects. May touch: the store (reads configurations, namespaces, Services) and the
 * webhooks. Data comes as the object that is to be stored and goes back as webhooks have changed it.
 */
@NullMarked
package dev.injectionauditor.localstack.cluster.admission;

import org.jspecify.annotations.NullMarked;
