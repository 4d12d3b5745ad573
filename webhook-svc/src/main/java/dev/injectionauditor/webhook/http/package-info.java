/**
 * The HTTPS server that kube-apiserver calls: a thin layer of Netty around
 * {@link dev.injectionauditor.webhook.admission.Injector}.
 *
 * <p>For: the wiring of the service. May touch: one TCP port. Data comes in as HTTP/1.1 requests and goes out as their
 * answers, and to a {@link dev.injectionauditor.webhook.http.ServerListener} that must not block: it runs on the
 * threads that answer.
 *
 * <p>A connection's handlers, in order: TLS, {@code ConnectionTimeouts}, Netty's HTTP codec, {@code AdmissionHandler}.
 */
@NullMarked
package dev.injectionauditor.webhook.http;

import org.jspecify.annotations.NullMarked;
