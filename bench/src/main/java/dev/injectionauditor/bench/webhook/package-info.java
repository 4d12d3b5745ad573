/**
 * Benchmarks of the webhook.
 *
 * <p>For: developers, by {@code ./run bench}. May touch: processes that it starts itself, ports of 127.0.0.1, temporary
 * folders. Data comes from the recorded admission reviews among the tests of {@code webhook-svc} and goes out as
 * tables.
 *
 * <p>{@code AnswerBenchmark} measures the pure work (JMH); {@code WebhookLoad} loads the packaged service over TLS with
 * {@code wrk} and, if wanted, another webhook beside it, in turn, so that both meet the same machine.
 */
@NullMarked
package dev.injectionauditor.bench.webhook;

import org.jspecify.annotations.NullMarked;
