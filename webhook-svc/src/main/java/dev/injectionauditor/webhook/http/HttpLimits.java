package dev.injectionauditor.webhook.http;

import java.time.Duration;

/**
 * What one connection may take up.
 *
 * @param maxBodyBytes the longest request body, at least 1
 * @param requestTimeout how long a request may take to arrive, from its first byte to its last; also for the TLS
 *     handshake
 * @param idleTimeout how long a connection may stay open between requests. Longer than kube-apiserver keeps idle
 *     connections (90 s), so that it is never the webhook that closes one while a request is on its way
 */
public record HttpLimits(int maxBodyBytes, Duration requestTimeout, Duration idleTimeout) {}
