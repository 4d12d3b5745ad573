/**
 * The certificate to serve with, which changes while the service runs.
 *
 * <p>For: the HTTPS server, which asks for it with each new connection. May touch: the certificate files. Data comes in
 * as PEM and goes out as a {@link dev.injectionauditor.webhook.tls.TlsIdentity}; a pair that cannot be used, or is not
 * valid now, never replaces one that is.
 */
@NullMarked
package dev.injectionauditor.webhook.tls;

import org.jspecify.annotations.NullMarked;
