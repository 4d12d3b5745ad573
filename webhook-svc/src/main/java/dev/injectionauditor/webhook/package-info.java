/**
 * The webhook service: answers kube-apiserver's admission calls for Pods and tells Kafka of each.
 *
 * <p>For: operators, who start {@link dev.injectionauditor.webhook.WebhookMain}. This package holds the settings and
 * the wiring; the work is done in {@code admission} (what to answer), {@code http} (the server) and {@code events} (the
 * way to Kafka). May touch: the command line and environment, the files and ports that the settings name. Data comes
 * from the API server and goes back to it at once; Kafka is told afterwards, and no answer waits for it.
 */
@NullMarked
package dev.injectionauditor.webhook;

import org.jspecify.annotations.NullMarked;
